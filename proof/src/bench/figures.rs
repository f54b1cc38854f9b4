//! A figure and how it is printed.

use serde::Serialize;

use crate::demo::telling::say;

/// One measured value. Names are kept for ever.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Such as `server.order.cpu_ms.c8`.
    pub name: String,
    /// The value.
    pub value: f64,
    /// `ms`, `us`, `MB`, `s`, `per_s`, `bytes`, `count`, `share`, `percent`, `px`.
    pub unit: &'static str,
    /// How many measurements are behind it.
    pub n: u64,
}

/// How figures are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Table,
    /// One JSON object a line.
    Json,
}

/// Prints figures as they come.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// The form.
    pub form: Form,
}

impl Sheet {
    /// One figure.
    pub fn put(self, name: impl Into<String>, value: f64, unit: &'static str, n: u64) {
        let figure = Figure {
            name: name.into(),
            value,
            unit,
            n,
        };
        match self.form {
            Form::Json => say(&serde_json::to_string(&figure).unwrap_or_default()),
            Form::Table => say(&format!(
                "{:<34} {:>12.3} {:<8} n={}",
                figure.name, figure.value, figure.unit, figure.n
            )),
        }
    }

    /// What a person should know beside the figures.
    pub fn note(self, line: &str) {
        match self.form {
            Form::Table => say(&format!("  {line}")),
            Form::Json => {}
        }
    }
}

/// The value below which `share` of the sorted values lie (nearest rank).
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rank_is_a_value_that_was_seen() {
        let mut values = vec![5.0, 1.0, 3.0, 2.0, 4.0];
        assert!((percentile(&mut values, 0.5) - 3.0).abs() < 1e-9);
        assert!((percentile(&mut values, 0.99) - 5.0).abs() < 1e-9);
        assert!((percentile(&mut values, 0.0) - 1.0).abs() < 1e-9);
    }
}
