//! What somebody typed, and how well a name or a code answers it.

use shared::ids::{crockford_char, crockford_value};

use super::fold::{Word, words_of_query};
use super::memory::{Memory, Slot};

/// Fewer letters would only list people.
const LEAST_LETTERS: usize = 2;
/// So much of a code is typed before it is looked for.
const LEAST_OF_CODE: usize = 4;
/// Letters and digits of a short code, and of an order's code without `TH-`.
const WHOLE_CODE: usize = 10;

/// How well something answers: the smaller, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score(u64);

impl Score {
    const NONE: Self = Self(u64::MAX);

    /// Of equal tiers those with more words that are typed whole, then those that begin with what was typed, then the shorter.
    fn of(tier: Tier, not_whole: usize, first: usize, length: usize) -> Self {
        let byte = |number: usize| number.min(255) as u64;
        let length = length.min(65_535) as u64;
        Self((tier as u64) << 56 | byte(not_whole) << 48 | byte(first) << 40 | length << 24)
    }
}

#[derive(Clone, Copy)]
enum Tier {
    /// A whole code.
    Code = 0,
    /// The beginning of a code, with a digit: nobody's name.
    CodeBegun = 1,
    /// All of a name and nothing else.
    WholeName = 2,
    /// A part of a name.
    Name = 3,
    /// The beginning of a code that may be a name.
    CodeMaybe = 4,
}

/// A code as it is compared: capitals of Crockford's alphabet, nothing between them.
pub(super) fn code_text(text: &str) -> String {
    let letters = text.chars().filter(char::is_ascii_alphanumeric);
    letters
        .map(|letter| crockford_value(letter).map_or(letter.to_ascii_uppercase(), crockford_char))
        .collect()
}

/// What was typed.
pub(super) struct Query {
    /// Those with the most letters first: who begins with `mar` begins with `ma`, so that each takes the first word that is
    /// left, and none is left over that could have had one.
    words: Vec<Word>,
    code: Option<String>,
}

/// An order that answers.
pub(super) struct Answer {
    pub(super) slot: Slot,
    pub(super) score: Score,
}

impl Query {
    pub(super) fn read(text: &str) -> Self {
        let mut words = words_of_query(text);
        let letters: usize = words.iter().map(|word| word.plain.chars().count()).sum();
        if letters < LEAST_LETTERS {
            words.clear();
        }
        words.sort_by_key(|word| std::cmp::Reverse(word.plain.len()));
        let may_be_code = |c: char| c.is_ascii_alphanumeric() || c == '-' || c.is_whitespace();
        let code = text.chars().all(may_be_code).then(|| code_text(text));
        Self {
            words,
            code: code.filter(|code| code.len() >= LEAST_OF_CODE),
        }
    }

    /// The best `most` orders, in order.
    pub(super) fn answers(&self, memory: &Memory, most: usize) -> Vec<Answer> {
        let mut best = vec![Score::NONE; memory.slots()];
        self.each(memory, |slot, score| {
            let held = &mut best[slot as usize];
            *held = score.min(*held);
        });
        let mut found: Vec<(Score, Slot)> = (0..)
            .zip(best)
            .filter(|(slot, score)| *score != Score::NONE && memory.order(*slot).is_some())
            .map(|(slot, score)| (score, slot))
            .collect();
        if found.len() > most && most > 0 {
            found.select_nth_unstable(most - 1);
        }
        found.truncate(most);
        found.sort_unstable();
        found
            .into_iter()
            .map(|(score, slot)| Answer { slot, score })
            .collect()
    }

    /// Whether this is what was meant: a name that answers, or a code.
    pub(super) fn is_met_by_name(&self, name: &str) -> bool {
        let mut text = String::new();
        for word in super::fold::words_of_name(name) {
            text.push(' ');
            text.push_str(&word.plain);
            if let Some(long) = word.long {
                text.push(' ');
                text.push_str(&long);
            }
        }
        self.score_of_name(&text).is_some()
    }

    /// Whether it is the beginning of this code.
    pub(super) fn is_met_by_code(&self, code: &str) -> bool {
        let begun = |typed: &String| code_text(code).starts_with(typed.as_str());
        self.code.as_ref().is_some_and(begun)
    }

    fn each(&self, memory: &Memory, mut tell: impl FnMut(Slot, Score)) {
        if let Some(code) = &self.code {
            memory.codes_with(code, |slot, text| tell(slot, score_of_code(code, text)));
        }
        let Some(rarest) = self.words.first() else {
            return;
        };
        for form in [Some(&rarest.plain), rarest.long.as_ref()]
            .into_iter()
            .flatten()
        {
            memory.names_with(form, |slot, text| {
                if let Some(score) = self.score_of_name(text) {
                    tell(slot, score);
                }
            });
        }
    }

    /// `None`: one of the words begins no word of the name that is left for it.
    fn score_of_name(&self, text: &str) -> Option<Score> {
        if self.words.is_empty() {
            return None;
        }
        // An empty name has no word.
        let text = text.strip_prefix(' ')?;
        // More words than anybody's name has; the others are not told apart.
        let mut taken = 0u64;
        let (mut whole, mut first) = (0, usize::MAX);
        for typed in &self.words {
            let begins = |word: &str| {
                word.starts_with(&typed.plain)
                    || typed
                        .long
                        .as_ref()
                        .is_some_and(|long| word.starts_with(long))
            };
            let is_whole = |word: &str| word == typed.plain || Some(word) == typed.long.as_deref();
            let left = || {
                let words = text.split(' ').enumerate().take(64);
                words.filter(|(at, word)| taken & 1 << at == 0 && begins(word))
            };
            let exact = left().find(|(_, word)| is_whole(word));
            let (at, word) = exact.or_else(|| left().next())?;
            whole += usize::from(is_whole(word));
            first = first.min(at);
            taken |= 1 << at;
        }
        let words = text.split(' ').count();
        let not_whole = self.words.len() - whole;
        let tier = if not_whole == 0 && words == self.words.len() {
            Tier::WholeName
        } else {
            Tier::Name
        };
        Some(Score::of(tier, not_whole, first, text.len()))
    }
}

fn score_of_code(typed: &str, text: &str) -> Score {
    let mut words = text.split(' ');
    let tier = if typed.len() >= WHOLE_CODE && words.any(|word| word == typed) {
        Tier::Code
    } else if typed.contains(|c: char| c.is_ascii_digit()) {
        Tier::CodeBegun
    } else {
        Tier::CodeMaybe
    };
    Score::of(tier, 0, 0, text.len())
}

#[cfg(test)]
mod tests {
    use shared::ids::{OrderId, TicketId};
    use shared::roster::summary::{HeldTicket, OrderSummary};
    use shared::ticket::ShortCode;

    use super::*;

    fn order(n: u128, buyer: &str, holders: &[&str]) -> OrderSummary {
        OrderSummary {
            order: OrderId(uuid::Uuid::from_u128(n)),
            code: format!("TH-A0B1C2D3E{}", n % 10),
            buyer: buyer.into(),
            note: String::new(),
            tickets: (0..)
                .zip(holders)
                .map(|(at, holder)| HeldTicket {
                    ticket: ticket(n, at),
                    holder: (*holder).into(),
                })
                .collect(),
        }
    }

    fn ticket(order: u128, at: u64) -> TicketId {
        TicketId(0x1357_9bdf_0000_0000 + ((order as u64) << 8) + at)
    }

    fn memory(orders: &[OrderSummary]) -> Memory {
        let mut memory = Memory::default();
        for order in orders {
            memory.put(order);
        }
        memory
    }

    /// Their buyers, the best first.
    fn found(people: &[&str], text: &str) -> Vec<String> {
        let orders: Vec<_> = (1..)
            .zip(people)
            .map(|(n, buyer)| order(n, buyer, &[]))
            .collect();
        let memory = memory(&orders);
        let answers = Query::read(text).answers(&memory, 50);
        let slots = answers.iter().map(|answer| answer.slot as usize);
        slots.map(|slot| people[slot].to_owned()).collect()
    }

    fn numbers(memory: &Memory, text: &str) -> Vec<u128> {
        let answers = Query::read(text).answers(memory, 50);
        let orders = answers
            .iter()
            .filter_map(|answer| memory.order(answer.slot));
        orders.map(|order| order.0.as_u128()).collect()
    }

    #[test]
    fn the_beginnings_of_words_find_a_name_in_any_order_case_and_accent() {
        let people = [
            "Marie Dupont",
            "Martin Durand",
            "Éloïse Lefèvre",
            "Jörg Weiß",
        ];
        for (text, name) in [
            ("dup mar", "Marie Dupont"),
            ("MARIE", "Marie Dupont"),
            ("dupont, marie", "Marie Dupont"),
            ("eloise LEFEVRE", "Éloïse Lefèvre"),
            ("élo", "Éloïse Lefèvre"),
            ("weiss", "Jörg Weiß"),
            ("WEIß jo", "Jörg Weiß"),
            ("joerg", "Jörg Weiß"),
            ("du ma d", "no one"),
            ("pont", "no one"),
            ("m", "no one"),
            ("", "no one"),
            ("' - .", "no one"),
        ] {
            let expected: &[&str] = if name == "no one" { &[] } else { &[name] };
            assert_eq!(found(&people, text), expected, "{text}");
        }
    }

    #[test]
    fn each_word_that_was_typed_needs_a_word_of_its_own() {
        let people = ["Marie Dupont", "Marc Martin"];
        assert_eq!(found(&people, "mar mar"), ["Marc Martin"]);
        assert_eq!(found(&people, "ma martin"), ["Marc Martin"]);
    }

    #[test]
    fn the_whole_name_comes_first_then_whole_words_then_beginnings() {
        let people = [
            "Martina Marinelli",
            "Anne Marie Martin-Dupuis",
            "Paul Martin",
            "Martin",
        ];
        let order = [
            "Martin",
            "Paul Martin",
            "Anne Marie Martin-Dupuis",
            "Martina Marinelli",
        ];
        assert_eq!(found(&people, "martin"), order);
    }

    #[test]
    fn the_name_on_a_ticket_finds_its_order_once() {
        let memory = memory(&[
            order(
                1,
                "Marie Dupont",
                &["Marie Dupont", "Jean Dupont", "Noël Dupont"],
            ),
            order(2, "Zoé Petit", &[""]),
        ]);
        assert_eq!(numbers(&memory, "noel"), [1]);
        assert_eq!(numbers(&memory, "dupont"), [1]);
        assert!(Query::read("noel").is_met_by_name("Noël Dupont"));
        assert!(!Query::read("noel").is_met_by_name("Jean Dupont"));
        assert!(!Query::read("noel").is_met_by_name(""));
    }

    #[test]
    fn codes_are_found_as_they_are_typed() {
        let memory = memory(&[order(1, "Marie", &["", ""]), order(2, "Zoé", &[""])]);
        let short = ShortCode::of(ticket(2, 0)).to_string();
        for text in [
            "TH-A0B1C2D3E2",
            "th-aob1c2d3e2",
            "A0B1C2D3E2",
            "a0b1 c2d3 e2",
            &short,
            &short.to_lowercase(),
            &short.replace('-', ""),
            &short.replace('-', " "),
        ] {
            assert_eq!(numbers(&memory, text), [2], "{text}");
        }
        assert_eq!(numbers(&memory, "A0B1").len(), 2, "the beginning of both");
        assert_eq!(numbers(&memory, "A0B"), [] as [u128; 0], "too little of it");
        assert_eq!(numbers(&memory, "C2D3"), [] as [u128; 0], "no beginning");
        assert!(Query::read(&short).is_met_by_code(&short));
        assert!(!Query::read("zoe").is_met_by_code(&short));
    }

    #[test]
    fn a_whole_code_comes_before_names_and_what_may_be_one_after_them() {
        // CABBAGE is a name and the beginning of a code.
        let mut coded = order(1, "Zoé", &[]);
        coded.code = "TH-CABBAGE123".into();
        let memory = memory(&[
            coded,
            order(2, "Cabbage", &[]),
            order(3, "Jim Cabbages", &[]),
        ]);
        assert_eq!(numbers(&memory, "cabbage"), [2, 3, 1]);
        assert_eq!(numbers(&memory, "cabbage123"), [1]);
    }

    #[test]
    fn an_order_that_came_anew_is_found_by_what_it_is_now() {
        let mut memory = memory(&[order(1, "Marie Dupont", &[]), order(2, "Zoé Petit", &[])]);
        memory.put(&order(1, "Marie Durand", &[]));
        assert_eq!(numbers(&memory, "dupont"), [] as [u128; 0]);
        assert_eq!(numbers(&memory, "durand"), [1]);
        assert_eq!(numbers(&memory, "TH-A0B1C2D3E1"), [1]);
        assert_eq!(memory.len(), 2);
    }

    #[test]
    fn of_many_the_best_are_told_and_none_is_lost_between_blocks() {
        let mut memory = Memory::default();
        for n in 0..20_000u128 {
            memory.put(&order(n, &format!("Marie {n:05} Dupont"), &[]));
        }
        assert_eq!(numbers(&memory, "dupont").len(), 50);
        for n in [0, 1, 9_999, 10_000, 19_999] {
            let text = format!("dup {n:05}");
            assert_eq!(numbers(&memory, &text), [n], "{text}");
        }
        memory.put(&order(30_000, "Dupont", &[]));
        assert_eq!(numbers(&memory, "dupont").first(), Some(&30_000));
        assert!(Query::read("dupont").answers(&memory, 0).is_empty());
    }
}
