//! Objects by id, in the order in which they were made.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::error::Refusal;
use crate::form::Params;

#[derive(Debug)]
pub(crate) struct Shelf<T> {
    what: &'static str,
    order: Vec<String>,
    by_id: HashMap<String, T>,
}

impl<T> Shelf<T> {
    pub(crate) fn new(what: &'static str) -> Self {
        Self {
            what,
            order: Vec::new(),
            by_id: HashMap::new(),
        }
    }

    pub(crate) fn put(&mut self, id: String, object: T) {
        self.order.push(id.clone());
        self.by_id.insert(id, object);
    }

    pub(crate) fn get(&self, id: &str) -> Result<&T, Refusal> {
        self.by_id
            .get(id)
            .ok_or_else(|| Refusal::none(self.what, id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Result<&mut T, Refusal> {
        self.by_id
            .get_mut(id)
            .ok_or_else(|| Refusal::none(self.what, id))
    }

    /// The newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.order
            .iter()
            .rev()
            .map(|id| (id.as_str(), &self.by_id[id]))
    }

    /// A page of those that `keep`s takes, the newest first, as Stripe pages.
    pub(crate) fn page(
        &self,
        url: &str,
        params: &Params,
        keep: impl Fn(&T) -> bool,
        show: impl Fn(&str, &T) -> Value,
    ) -> Result<Value, Refusal> {
        let limit = match params.number("limit")?.unwrap_or(10) {
            limit @ 1..=100 => limit as usize,
            _ => return Err(Refusal::invalid("Invalid limit").param("limit")),
        };
        let after = params.text("starting_after");
        if let Some(id) = after {
            self.get(id)?;
        }
        let mut rows = self
            .iter()
            .skip_while(|(id, _)| after.is_some_and(|after| *id != after))
            .skip(usize::from(after.is_some()))
            .filter(|(_, object)| keep(object));
        let data: Vec<Value> = rows
            .by_ref()
            .take(limit)
            .map(|(id, object)| show(id, object))
            .collect();
        Ok(json!({
            "object": "list",
            "url": url,
            "has_more": rows.next().is_some(),
            "data": data,
        }))
    }
}

/// Whether a moment lies within `created[gte]` and its kin.
pub(crate) fn created_within(params: &Params, created: i64) -> Result<bool, Refusal> {
    let bound = |name| params.number(name);
    Ok(bound("created[gte]")?.is_none_or(|from| created >= from)
        && bound("created[gt]")?.is_none_or(|from| created > from)
        && bound("created[lte]")?.is_none_or(|until| created <= until)
        && bound("created[lt]")?.is_none_or(|until| created < until))
}
