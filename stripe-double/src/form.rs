//! Stripe's bodies: forms whose names nest, `line_items[0][price_data][currency]=eur`.

use std::collections::BTreeMap;

use crate::error::Refusal;

/// What was sent, by its flat names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    pub(crate) fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    pub(crate) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::missing(name))
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.text(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    Refusal::invalid(format!("Invalid integer: {text}"))
                        .code("parameter_invalid_integer")
                        .param(name)
                })
            })
            .transpose()
    }

    pub(crate) fn amount(&self, name: &str) -> Result<i64, Refusal> {
        self.number(name)?.ok_or_else(|| Refusal::missing(name))
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Three letters that Stripe knows.
    pub(crate) fn currency(&self, name: &str) -> Result<String, Refusal> {
        let code = self.need(name)?.to_ascii_lowercase();
        if matches!(code.as_str(), "eur" | "gbp" | "chf" | "usd") {
            Ok(code)
        } else {
            Err(Refusal::invalid(format!("Invalid currency: {code}")).param(name))
        }
    }

    /// All of `name[key]=value`.
    pub(crate) fn map(&self, name: &str) -> BTreeMap<String, String> {
        self.0
            .iter()
            .filter_map(|(key, value)| {
                let key = key
                    .strip_prefix(name)?
                    .strip_prefix('[')?
                    .strip_suffix(']')?;
                (!key.contains('[')).then(|| (key.to_owned(), value.clone()))
            })
            .collect()
    }

    /// Refuses names that Stripe doesn't know here: `known` are their outermost parts.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let outer = |name: &String| name.split('[').next().unwrap_or_default().to_owned();
        match self
            .0
            .keys()
            .find(|name| !known.contains(&outer(name).as_str()))
        {
            Some(name) => Err(Refusal::unknown_param(name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_names_are_found_and_unknown_ones_are_refused() {
        let params = Params::parse(
            b"line_items[0][price_data][currency]=EUR&metadata%5Bpayment%5D=a%20b&metadata[x][y]=1&amount=12",
        );
        assert_eq!(
            params
                .currency("line_items[0][price_data][currency]")
                .unwrap(),
            "eur"
        );
        assert_eq!(
            params.map("metadata"),
            [("payment".into(), "a b".into())].into()
        );
        assert_eq!(params.amount("amount").unwrap(), 12);
        assert!(params.only(&["line_items", "metadata", "amount"]).is_ok());
        assert!(params.only(&["line_items", "metadata"]).is_err());
    }
}
