//! What somebody wants of an event, as it stands in an address or comes from the page's form.

use crate::accounts::pages::encode;

/// A type, how many places, a code, and what goes with them. What nobody could have chosen is a choice that is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) type_no: Option<u16>,
    pub(crate) places: Option<u32>,
    /// As it was typed: what takes something off, or opens hidden types.
    pub(crate) code: String,
    /// Types that go with others: number and how many, none of them 0.
    pub(crate) extras: Vec<(u16, u32)>,
}

/// More kinds of extras than an order has lines.
const MOST_EXTRAS: usize = 19;

impl Wish {
    /// From `type`, `places`, `code` and `with-NUMBER`.
    pub(crate) fn of(pairs: &[(String, String)]) -> Self {
        let first = |name: &str| {
            let found = pairs.iter().find(|(field, _)| field == name);
            found.map_or("", |(_, value)| value.trim())
        };
        let extra = |(name, value): &(String, String)| {
            let no: u16 = name.strip_prefix("with-")?.parse().ok()?;
            let count: u32 = value.trim().parse().ok()?;
            (count > 0).then_some(())?;
            Some((no, count))
        };
        Self {
            type_no: first("type").parse().ok(),
            places: first("places").parse().ok(),
            code: first("code").to_owned(),
            extras: pairs.iter().filter_map(extra).take(MOST_EXTRAS).collect(),
        }
    }

    /// The other way round: what a form sends.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let field = |name: &str, value: String| (name.to_owned(), value);
        let extras = self.extras.iter();
        let extras = extras.map(|(no, count)| (format!("with-{no}"), count.to_string()));
        let code = Some(self.code.clone()).filter(|code| !code.is_empty());
        self.type_no
            .map(|no| field("type", no.to_string()))
            .into_iter()
            .chain(
                self.places
                    .map(|places| field("places", places.to_string())),
            )
            .chain(extras)
            .chain(code.map(|code| field("code", code)))
            .collect()
    }

    /// The same in an address, without the `?`.
    pub(crate) fn to_query(&self) -> String {
        let fields = self.fields().into_iter();
        let pairs = fields.map(|(name, value)| format!("{name}={}", encode(&value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Only what everybody chooses.
    pub(crate) fn is_plain(&self) -> bool {
        self.code.is_empty() && self.extras.is_empty()
    }

    /// How many of that extra.
    pub(crate) fn extra(&self, no: u16) -> u32 {
        let found = self.extras.iter().find(|(extra, _)| *extra == no);
        found.map_or(0, |(_, count)| *count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        let uri = format!("/x?{query}").parse().unwrap();
        axum::extract::Query::try_from_uri(&uri).unwrap().0
    }

    #[test]
    fn a_wish_survives_its_address_and_nonsense_is_no_wish() {
        let query = "type=1&places=2&with-4=3&code=%C3%89T%C3%89%20%26";
        let wish = Wish::of(&pairs(query));
        assert_eq!(wish.extras, [(4, 3)]);
        assert_eq!(wish.code, "ÉTÉ &");
        assert_eq!(Wish::of(&pairs(&wish.to_query())), wish);
        let nonsense = "type=x&places=-1&with-4=0&with-=1&with-x=2&with-5=many";
        assert_eq!(Wish::of(&pairs(nonsense)), Wish::default());
    }
}
