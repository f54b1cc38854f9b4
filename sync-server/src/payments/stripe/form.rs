//! Bodies as Stripe takes them: forms with nested names.

/// Fields in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    pub(super) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_ends_its_field() {
        let fields = Fields::new()
            .with("metadata[payment]", "a&b=c")
            .with("amount", 12);
        assert_eq!(fields.encode(), "metadata%5Bpayment%5D=a%26b%3Dc&amount=12");
    }
}
