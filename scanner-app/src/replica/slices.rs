//! A page in parts, each so small that a guest at the door doesn't notice the one that is being applied (L3).

use shared::wire::v1::{Page, PageEntry};

use super::roster::Part;

/// Rows of tickets in one part: some milliseconds on a slow tablet.
const TICKETS: usize = 1_000;
/// Facts and labels in one part: each fact's signature is checked, which takes as long as twenty tickets.
const FACTS: usize = 50;

/// The parts of a page, in the order in which they are applied: ids that never enter, tickets, what the event's rules are,
/// facts and what was said of them. Rules are in one part, so that a door never reads half of them, and a first page's
/// after its tickets, so that no door opens before those are there.
pub fn slices(mut page: Page) -> Vec<(Page, Part)> {
    // Rows that lie beside each other in the file come together.
    page.tickets.sort_unstable_by_key(|row| row.id.to_i64());
    let barred = std::mem::take(&mut page.barred);
    let tickets = std::mem::take(&mut page.tickets);
    let (facts, rules): (Vec<_>, Vec<_>) = std::mem::take(&mut page.entries)
        .into_iter()
        .partition(|entry| matches!(entry, PageEntry::Fact(_) | PageEntry::FactLabel(_)));
    let barred = barred.chunks(TICKETS).map(|barred| Page {
        barred: barred.to_vec(),
        ..page.clone()
    });
    let tickets = tickets.chunks(TICKETS).map(|tickets| Page {
        tickets: tickets.to_vec(),
        ..page.clone()
    });
    let rules = (!rules.is_empty()).then(|| Page {
        entries: rules,
        ..page.clone()
    });
    let facts = facts.chunks(FACTS).map(|facts| Page {
        entries: facts.to_vec(),
        ..page.clone()
    });
    let mut parts: Vec<Page> = barred.chain(tickets).chain(rules).chain(facts).collect();
    let last = parts.pop().unwrap_or_else(|| page.clone());
    let earlier = parts.into_iter().map(|part| (part, Part::Earlier));
    earlier.chain([(last, Part::Last)]).collect()
}

#[cfg(test)]
mod tests {
    use shared::ids::{GateNo, KeyId, TicketId, TypeNo, WindowNo};
    use shared::roster::{GateRow, TicketRow, TicketStatus};

    use super::*;

    fn page(tickets: u64, facts: usize) -> Page {
        let gate = |no| {
            PageEntry::Gate(GateRow {
                no: GateNo(no),
                name: format!("Porte {no}"),
                types: Vec::new(),
                strict_home: false,
            })
        };
        let fact = |n: usize| PageEntry::Fact(n.to_be_bytes().to_vec().into());
        let facts = (0..facts).map(fact);
        Page {
            epoch: 1,
            cursor: "next".into(),
            has_more: false,
            head: 1,
            signed_version: 1,
            server_ms: 0,
            tickets: (0..tickets)
                .rev()
                .map(|id| TicketRow {
                    id: TicketId(id),
                    type_no: TypeNo(1),
                    window: WindowNo(0),
                    key: KeyId(1),
                    status: TicketStatus::Valid,
                    home_gate: GateNo(0),
                })
                .collect(),
            barred: vec![(TicketId(7), TicketStatus::Blocked)],
            entries: [gate(1)]
                .into_iter()
                .chain(facts)
                .chain([gate(2)])
                .collect(),
            checksum: None,
        }
    }

    #[test]
    fn every_row_is_in_one_part_and_only_the_last_part_moves_the_cursor() {
        let parts = slices(page(2_500, 120));
        let (lasts, earlier): (Vec<_>, Vec<_>) =
            parts.iter().partition(|(_, part)| *part == Part::Last);
        assert_eq!((lasts.len(), earlier.len()), (1, 7));
        assert_eq!(parts.last().map(|(_, part)| *part), Some(Part::Last));
        let tickets: Vec<u64> = parts
            .iter()
            .flat_map(|(page, _)| page.tickets.iter().map(|row| row.id.0))
            .collect();
        assert_eq!(tickets, (0..2_500).collect::<Vec<_>>());
        let entries: usize = parts.iter().map(|(page, _)| page.entries.len()).sum();
        let barred: usize = parts.iter().map(|(page, _)| page.barred.len()).sum();
        assert_eq!((entries, barred), (122, 1));
        let largest = |of: fn(&Page) -> usize| parts.iter().map(|(page, _)| of(page)).max();
        assert_eq!(largest(|page| page.tickets.len()), Some(TICKETS));
        assert_eq!(largest(|page| page.entries.len()), Some(FACTS));
    }

    #[test]
    fn the_rules_come_together_and_after_the_tickets() {
        let parts = slices(page(1_200, 60));
        let has_rules = |page: &Page| {
            let mut entries = page.entries.iter();
            entries.any(|entry| matches!(entry, PageEntry::Gate(_)))
        };
        let with_rules: Vec<usize> = (0..parts.len())
            .filter(|n| has_rules(&parts[*n].0))
            .collect();
        assert_eq!(with_rules.len(), 1);
        let later = &parts[with_rules[0]..];
        assert!(later.iter().all(|(page, _)| page.tickets.is_empty()));
    }

    #[test]
    fn a_page_without_rows_moves_the_cursor_all_the_same() {
        let empty = Page {
            barred: Vec::new(),
            entries: Vec::new(),
            ..page(0, 0)
        };
        assert_eq!(slices(empty.clone()), [(empty, Part::Last)]);
    }
}
