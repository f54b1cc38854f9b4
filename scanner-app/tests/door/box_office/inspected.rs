//! What an inspector is given: every line, checked and listed; and an alteration is found and named.

use super::Office;

#[test]
fn an_inspector_gets_every_line_and_is_told_the_first_one_that_was_altered() {
    let office = Office::with_places(6);
    office.open_with("1000x10");
    let sold = office.done(&["sell", "--line", &office.line(1, 2), "--pay", "cash:5000"]);
    let sale = sold["sale"].as_str().expect("an id");
    let ticket = sold["tickets"][0]["ticket"].as_str().expect("an id");
    office.done(&[
        "refund", sale, "--ticket", ticket, "--reason", "guest", "--by", "cash",
    ]);
    office.done(&["close", "--count", "100x122"]);
    let to = office.device.data().with_file_name("controle");
    let inspect = ["inspect", "--to", &to.display().to_string()];
    let found = office.done(&inspect);
    let journal = &found["journals"][0];
    assert_eq!(
        (&journal["sound"], &journal["sold"], &journal["refunded"]),
        (&true.into(), &4400.into(), &2200.into())
    );
    let listing = std::fs::read_to_string(to.join("journal-1.csv")).expect("the lines");
    let lines: Vec<&str> = listing.lines().collect();
    assert_eq!(
        lines.len() as u64,
        1 + journal["facts"].as_u64().expect("a number")
    );
    // Two at 22.00 with 5.5 %: 2.29 in 44.00; of the one that is left 1.15 stay.
    for (kind, amounts) in [
        ("vente;1;", ";44,00;2,29;"),
        ("remboursement;2;", ";-22,00;-1,14;espèces;"),
    ] {
        let line = lines
            .iter()
            .find(|line| line.contains(kind))
            .expect("the line");
        assert!(line.contains(amounts), "{line}");
    }
    let text = std::fs::read_to_string(to.join("LISEZ-MOI.txt")).expect("the text");
    assert!(
        text.contains("intègre") && !text.contains("{key}"),
        "{text}"
    );

    // Somebody makes the sale smaller in the file.
    let database = office.database();
    database
        .execute_batch(
            "drop trigger till_fact_unchanged;
             update till_fact
             set envelope = cast(substr(envelope, 1, length(envelope) - 80) || x'7f' || substr(envelope, length(envelope) - 78) as blob)
             where seq = 3;",
        )
        .expect("altered");
    drop(database);
    let run = office.run(&inspect);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(run.lines[0]["journals"][0]["problem"][0], 3, "{run:?}");
    let text = std::fs::read_to_string(to.join("LISEZ-MOI.txt")).expect("the text");
    assert!(text.contains("ALTÉRÉ à la ligne 3"), "{text}");
}
