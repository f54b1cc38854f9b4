//! The texts of the store, the back office and the mails: Fluent files for each language in `texts/`, compiled in, French first.

use std::borrow::{Borrow, Cow};
use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use shared::language::Language;

type Bundle = FluentBundle<FluentResource>;

/// The files of a language.
macro_rules! files {
    ($code:literal) => {
        [
            include_str!(concat!("../../../texts/", $code, "/store.ftl")),
            include_str!(concat!("../../../texts/", $code, "/office.ftl")),
            include_str!(concat!("../../../texts/", $code, "/pocket.ftl")),
            include_str!(concat!("../../../texts/", $code, "/mail.ftl")),
            include_str!(concat!("../../../texts/", $code, "/account.ftl")),
            include_str!(concat!("../../../texts/", $code, "/takings.ftl")),
            include_str!(concat!("../../../texts/", $code, "/selling.ftl")),
            include_str!(concat!("../../../texts/", $code, "/after.ftl")),
            include_str!(concat!("../../../texts/", $code, "/money.ftl")),
            include_str!(concat!("../../../texts/", $code, "/resale.ftl")),
            include_str!(concat!("../../../texts/", $code, "/reservation.ftl")),
            include_str!(concat!("../../../texts/", $code, "/tills.ftl")),
        ]
    };
}

const fn sources(language: Language) -> [&'static str; 12] {
    match language {
        Language::Fr => files!("fr"),
        Language::En => files!("en"),
        Language::Es => files!("es"),
        Language::De => files!("de"),
        Language::It => files!("it"),
    }
}

static BUNDLES: LazyLock<[Bundle; 5]> = LazyLock::new(|| Language::ALL.map(bundle));

fn bundle(language: Language) -> Bundle {
    let tag = language
        .code()
        .parse()
        .expect("fr, en, es, de and it are language tags");
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Isolating marks would stand in titles and addresses too; a name in a page is in a <bdi>.
    bundle.set_use_isolating(false);
    for source in sources(language) {
        // A test reads every file; what is broken in one is left out rather than the server not started.
        let resource =
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The texts in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts(Language);

impl Texts {
    pub(crate) fn of(language: Language) -> Self {
        Self(language)
    }

    /// A text without variables.
    pub(crate) fn get(self, key: &str) -> Cow<'static, str> {
        self.formatted(key, None)
    }

    /// A text with `$count`, which chooses its plural.
    pub(crate) fn count(self, key: &str, count: impl Borrow<u32>) -> String {
        let mut args = FluentArgs::new();
        args.set("count", FluentValue::from(*count.borrow()));
        self.formatted(key, Some(&args)).into_owned()
    }

    /// A text with one variable.
    pub(crate) fn named(self, key: &str, name: &'static str, value: impl Display) -> String {
        self.with(key, &[(name, &value)])
    }

    /// A text with several.
    pub(crate) fn with(self, key: &str, values: &[(&'static str, &dyn Display)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, FluentValue::from(value.to_string()));
        }
        self.formatted(key, Some(&args)).into_owned()
    }

    fn formatted(self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let place = Language::ALL.iter().position(|known| *known == self.0);
        let bundle: &'static Bundle = &BUNDLES[place.unwrap_or_default()];
        let pattern = bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            debug_assert!(false, "no text {key} in {}", self.0);
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        let text = bundle
            .format_pattern(pattern, args, &mut errors)
            .into_owned();
        debug_assert!(errors.is_empty(), "{key} in {}: {errors:?}", self.0);
        Cow::Owned(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    type Variables = BTreeSet<String>;

    /// Keys with their variables.
    fn messages(language: Language) -> BTreeMap<String, Variables> {
        let mut found: BTreeMap<String, Variables> = BTreeMap::new();
        let mut key = String::new();
        for line in sources(language).join("\n").lines() {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                key = line.split(" =").next().unwrap().to_owned();
                assert!(
                    found.insert(key.clone(), Variables::new()).is_none(),
                    "{language}: {key} twice"
                );
            }
            for rest in line.split('$').skip(1) {
                let name = rest
                    .split(|c: char| !c.is_ascii_alphabetic())
                    .next()
                    .unwrap();
                found.get_mut(&key).unwrap().insert(name.to_owned());
            }
        }
        found
    }

    #[test]
    fn the_five_languages_have_the_same_texts_with_the_same_variables() {
        let french = messages(Language::Fr);
        assert!(french.len() > 100, "{}", french.len());
        for language in Language::ALL {
            for source in sources(language) {
                let parsed = FluentResource::try_new(source.to_owned());
                assert!(
                    parsed.is_ok(),
                    "{language}: {:?}",
                    parsed.err().map(|e| e.1)
                );
            }
            assert_eq!(messages(language), french, "{language}");
        }
    }

    /// Keys as they stand in sources: quoted, behind the name of one of the methods above or a field `key`.
    fn used(folder: &Path, keys: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, keys);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            keys.extend(text.split('"').skip(1).step_by(2).map(str::to_owned));
        }
    }

    #[test]
    fn every_text_is_used_and_every_used_one_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut keys = BTreeSet::new();
        for folder in [
            "src/accounts/pages",
            "src/catalog/pages",
            "src/messages",
            "src/orders/afterwards",
            "src/orders/notices",
            "src/orders/pages",
            "src/orders/promo",
            "src/orders/resale",
            "src/orders/waiting_list",
            "src/tickets",
            "src/web/store",
            "src/office",
        ] {
            used(&root.join(folder), &mut keys);
        }
        let french = messages(Language::Fr);
        let mut templates = String::new();
        for folder in ["templates/store", "templates/office"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                templates += &std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
            }
        }
        let in_templates: BTreeSet<String> = ["t.get(\"", "t.named(\"", "t.count(\""]
            .iter()
            .flat_map(|call| templates.split(call).skip(1))
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        assert!(in_templates.len() > 30, "{in_templates:?}");
        for key in &in_templates {
            assert!(french.contains_key(key), "a template asks for {key}");
        }
        let is_made = |key: &str| {
            let told = key.strip_suffix("-title").or(key.strip_suffix("-text"));
            let by_code = [
                "category-",
                "office-alert-",
                "office-reason-",
                "office-reentry-",
                "office-role-",
                "payout-missing-",
                "rates-reason-",
                "tills-figure-",
                "tills-kind-",
                "tills-means-",
                "tills-reason-",
            ];
            by_code.iter().any(|prefix| key.starts_with(prefix))
                || told.is_some_and(|kind| keys.contains(kind))
        };
        let unused: Vec<_> = french
            .keys()
            .filter(|key| !in_templates.contains(*key) && !keys.contains(*key) && !is_made(key))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn french_has_a_no_break_space_before_double_signs_and_plurals_are_chosen() {
        let french = sources(Language::Fr).join("\n");
        for sign in [" ;", " :", " ?", " !", " €", " %"] {
            let lines: Vec<_> = french
                .lines()
                .filter(|line| !line.starts_with('#') && line.contains(sign))
                .collect();
            assert!(lines.is_empty(), "{sign:?}: {lines:?}");
        }
        let french = Texts::of(Language::Fr);
        assert_eq!(french.count("places-count", 1), "1\u{a0}place");
        assert_eq!(french.count("places-count", 2), "2\u{a0}places");
        assert_eq!(french.count("places-count", 0), "0\u{a0}place");
        assert_eq!(
            Texts::of(Language::De).count("places-count", 0),
            "0\u{a0}Plätze"
        );
    }

    #[test]
    fn a_name_is_put_in_as_it_is() {
        let name = "<b> { $x } علي 🎸";
        assert_eq!(
            Texts::of(Language::En).named("event-organizer", "name", name),
            format!("Organised by {name}")
        );
    }
}
