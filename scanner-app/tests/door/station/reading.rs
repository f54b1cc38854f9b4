//! From a code in view to what the window is told.

use std::path::Path;

use scanner_app::station::view::{
    CameraHint, CameraStanding, CountsView, Crowd, EntryCount, News, RecentView, UiError,
    UiErrorCode, UndoReason, VerdictLight, Way,
};
use shared::ids::{KeyId, TicketId, TypeNo};
use shared::roster::TicketTypeRow;
use shared::ticket::{PixelsPerModule, Presented, Qr, TokenFields};
use shared::wire::v1::{Page, PageEntry};

use super::screen::{Told, Window, at_gate_a, enrolled, searching_at_gate_a, verdicts};
use crate::photos::{STRAIGHT, write};
use crate::venue::{Device, GATE_A, NOW, Venue};

use VerdictLight::{Admit, Ask, Refuse};

fn counted(told: &Told, what: &str, look: impl Fn(&CountsView) -> bool) -> CountsView {
    told.wait(what, |told| {
        told.iter().rev().find_map(|news| match news {
            News::Counts(counts) if look(counts) => Some(counts.clone()),
            _ => None,
        })
    })
}

fn hold_up(venue: &Venue, window: &Window, name: &str, ticket: u64) {
    window.hold_up(name, |file| write(file, &venue.presented(ticket), STRAIGHT));
}

fn last_recent(told: &[News]) -> Option<Vec<RecentView>> {
    told.iter().rev().find_map(|news| match news {
        News::Recent(lines) => Some(lines.clone()),
        _ => None,
    })
}

#[test]
fn what_was_decided_before_the_page_listened_is_told_once_it_does() {
    let (venue, window) = enrolled(&[1]);
    let station = window.start();
    station
        .take_place(venue.event, Some(GATE_A))
        .expect("the door opens");
    hold_up(&venue, &window, "1.png", 1);
    let unheard = window.told.verdicts(1).remove(0);
    station.tell_all();
    let heard = window.told.verdicts(2).remove(1);
    assert_eq!((heard.no, heard.light), (unheard.no, Admit));
    // A page that is loaded anew has shown it.
    station.tell_all();
    assert_eq!(verdicts(&window.told.all()).len(), 2);
}

#[test]
fn tickets_held_up_to_the_camera_are_decided_on_and_remembered() {
    let (venue, window) = enrolled(&[1, 2]);
    let station = window.start();
    station
        .take_place(venue.event, Some(GATE_A))
        .expect("the door opens");
    hold_up(&venue, &window, "1.png", 1);
    let first = window.told.verdicts(1).remove(0);
    assert_eq!((first.no, first.light, first.way), (1, Admit, Way::In));
    assert_eq!(first.type_name.as_deref(), Some("Plein tarif"));
    assert_eq!(first.entry, Some(EntryCount { no: 1, of: Some(1) }));
    assert!(first.says.is_none() && !first.may_override);
    // Away for a while, and shown again.
    window.clock.advance(10_000);
    hold_up(&venue, &window, "2.png", 1);
    let second = window.told.verdicts(2).remove(1);
    assert_eq!((second.no, second.light), (2, Refuse));
    assert!(
        second
            .says
            .as_deref()
            .is_some_and(|says| says.starts_with("Déjà entré à"))
    );
    assert!(second.then.is_some());
    let lines = window.told.wait("two lines", |told| {
        last_recent(told).filter(|lines| lines.len() == 2)
    });
    assert_eq!((lines[0].no, lines[0].undo), (2, None));
    assert!(lines[1].undo.is_some() && !lines[1].undone);
    let counts = counted(&window.told, "one inside", |counts| counts.inside == 1);
    assert_eq!(
        (counts.entries, counts.exits, counts.crowd),
        (1, 0, Crowd::Fine)
    );
    assert_eq!(counts.gates[0].name.as_deref(), Some("Porte A"));
    assert_eq!(counts.gates[0].entries, 1);
    let preview = station.preview(0).expect("a picture");
    assert_eq!((preview.no, &preview.jpeg[..2]), (2, &[0xff, 0xd8][..]));
    window.told.wait("a live camera", |told| {
        told.iter().find_map(|news| match news {
            News::Camera(camera) => {
                matches!(camera.standing, CameraStanding::Live { width: 640, .. }).then_some(())
            }
            _ => None,
        })
    });
}

#[test]
fn a_code_that_stays_in_view_is_told_once() {
    let (venue, window, station) = at_gate_a(&[1, 2]);
    for _ in 0..5 {
        station.wedge(&venue.code(1));
        window.clock.advance(1_900);
    }
    station.wedge(&venue.code(2));
    assert_eq!(window.told.lights(2), [Admit, Admit]);
}

#[test]
fn whoever_goes_out_is_counted_out() {
    let (venue, window, station) = at_gate_a(&[1, 2]);
    station.wedge(&venue.code(1));
    station.wedge(&venue.code(2));
    counted(&window.told, "two inside", |counts| counts.inside == 2);
    station.face(Way::Out).expect("turned");
    station.wedge(&venue.code(1));
    let counts = counted(&window.told, "one left", |counts| counts.exits == 1);
    assert_eq!((counts.inside, counts.entries), (1, 2));
    assert_eq!(counts.gates[0].exits, 1);
    station.face(Way::CheckOnly).expect("turned");
    station.wedge(&venue.code(2));
    let last = window.told.verdicts(4).remove(3);
    assert_eq!((last.no, last.way, last.light), (4, Way::CheckOnly, Refuse));
}

/// Two cards side by side.
fn write_two(file: &Path, tickets: [&Presented; 2]) {
    let (width, height) = (1280_u32, 720_u32);
    let mut frame = image::GrayImage::from_pixel(width, height, image::Luma([24]));
    for (n, ticket) in tickets.into_iter().enumerate() {
        let qr = Qr::ticket(ticket).expect("a ticket's code");
        let (side, card) = qr.luma(PixelsPerModule::new(6).expect("a scale"));
        let card = image::GrayImage::from_raw(side, side, card).expect("a card");
        let x = i64::from(60 + n as u32 * 620);
        image::imageops::replace(&mut frame, &card, x, 120);
    }
    frame.save(file).expect("written");
}

#[test]
fn of_two_tickets_in_one_picture_none_is_admitted() {
    let (venue, window) = enrolled(&[1, 2]);
    window.hold_up("1.png", |file| {
        write_two(file, [&venue.presented(1), &venue.presented(2)]);
    });
    let station = window.start();
    station
        .take_place(venue.event, Some(GATE_A))
        .expect("the door opens");
    window.told.hint(&CameraHint::TwoTickets);
    // One of them right after, as a reader finds now one, now both.
    hold_up(&venue, &window, "2.png", 1);
    window
        .told
        .wait("the second picture", |_| station.preview(1).map(drop));
    window.clock.advance(1_500);
    hold_up(&venue, &window, "3.png", 2);
    let only = window.told.verdicts(1);
    assert_eq!((only.len(), only[0].light), (1, Admit));
    counted(&window.told, "one inside", |counts| counts.inside == 1);
}

#[test]
fn what_is_no_ticket_gets_a_line_and_no_verdict() {
    let (venue, window, station) = at_gate_a(&[1]);
    station.wedge("https://example.org");
    window.told.hint(&CameraHint::Foreign);
    station.wedge("TH-4K7M2Q9XWA");
    let order = "TH-4K7M2Q9XWA".into();
    window.told.hint(&CameraHint::OrderCode { order });
    station.wedge(&venue.code(1)[..120]);
    window.told.hint(&CameraHint::HalfCode);
    station.wedge(&venue.code(1));
    assert_eq!(window.told.lights(1), [Admit]);
}

#[test]
fn a_usb_scanner_on_a_french_keyboard_with_a_prefix_reads_tickets() {
    let (venue, window, station) = at_gate_a(&[1, 2]);
    let settings = scanner_app::station::view::Settings {
        wedge_prefix: "]C1".into(),
        ..Default::default()
    };
    station.save_settings(settings).expect("kept");
    let keys = ['à', '&', 'é', '"', '\'', '(', '-', 'è', '_', 'ç'];
    let typed: String = venue
        .code(1)
        .bytes()
        .map(|digit| keys[usize::from(digit - b'0')])
        .collect();
    station.wedge(&format!("]C1{typed}\r"));
    station.wedge(&format!("{}\n", venue.code(2)));
    assert_eq!(window.told.lights(2), [Admit, Admit]);
}

#[test]
fn green_says_what_to_look_at_and_amber_what_is_asked() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1]);
    let student = TicketTypeRow {
        no: TypeNo(1),
        name: "Tarif réduit".into(),
        entry_rule: None,
        door_note: Some("Vérifier le justificatif".into()),
    };
    venue.pull(
        &replica,
        Page {
            entries: vec![PageEntry::TicketType(student)],
            ..venue.page(NOW, &[])
        },
    );
    drop(replica);
    let window = Window::of(device);
    let station = window.start_blind();
    station
        .take_place(venue.event, Some(GATE_A))
        .expect("the door opens");
    station.wedge(&venue.code(1));
    let unknown = TokenFields {
        key: KeyId(99),
        ..Venue::fields(4, KeyId(99))
    };
    station.wedge(&Presented::plain(venue.key.sign(unknown)).to_string());
    let verdicts = window.told.verdicts(2);
    assert_eq!(verdicts[0].type_name.as_deref(), Some("Tarif réduit"));
    assert_eq!(
        verdicts[0].note.as_deref(),
        Some("Vérifier le justificatif")
    );
    assert_eq!(verdicts[1].light, Ask);
    assert!(verdicts[1].says.is_some() && verdicts[1].then.is_some());
    assert!(!verdicts[1].may_override, "nobody signed it");
}

#[test]
fn the_sentences_are_in_the_screens_language() {
    let (venue, window, station) = at_gate_a(&[1]);
    let settings = scanner_app::station::view::Settings {
        language: shared::language::Language::En,
        ..Default::default()
    };
    station.save_settings(settings).expect("kept");
    station.wedge(&venue.code(1));
    window.clock.advance(60_000);
    station.wedge(&venue.code(1));
    let refused = window.told.verdicts(2).remove(1);
    assert!(
        refused
            .says
            .as_deref()
            .is_some_and(|says| says.starts_with("Already")),
        "{refused:?}"
    );
}

#[test]
fn a_page_that_begins_to_listen_is_told_everything() {
    let (venue, window, station) = at_gate_a(&[1]);
    station.wedge(&venue.code(1));
    counted(&window.told, "one inside", |counts| counts.inside == 1);
    window.told.wait("the ready light", |told| {
        told.iter()
            .any(|news| matches!(news, News::Ready(_)))
            .then_some(())
    });
    let before = window.told.all().len();
    station.tell_all();
    let told = window.told.all().split_off(before);
    let has = |is: fn(&News) -> bool| told.iter().any(is);
    assert!(has(|news| matches!(news, News::Overview(_))));
    assert!(has(|news| matches!(news, News::Camera(_))));
    assert!(has(|news| matches!(news, News::Ready(_))));
    assert!(has(|news| matches!(news, News::Sync(_))));
    assert!(has(|news| matches!(news, News::Counts(_))));
    assert!(has(
        |news| matches!(news, News::Recent(lines) if lines.len() == 1)
    ));
    assert!(has(|news| matches!(news, News::Alerts(_))));
}

#[test]
fn an_entry_is_taken_back_once_and_the_ticket_goes_in_again() {
    let (venue, window, station) = at_gate_a(&[1]);
    station.wedge(&venue.code(1));
    window.clock.advance(10_000);
    station.wedge(&venue.code(1));
    window.told.verdicts(2);
    let code = |undone: Result<(), UiError>| undone.expect_err("nothing to undo").code;
    let of_a_refusal = station.undo(2, UndoReason::Other);
    assert_eq!(code(of_a_refusal), UiErrorCode::NothingToUndo);
    station
        .undo(1, UndoReason::DidNotEnter)
        .expect("taken back");
    let lines = window.told.wait("a line that is undone", |told| {
        last_recent(told).filter(|lines| lines.iter().any(|line| line.undone))
    });
    assert_eq!((lines[1].no, lines[1].undone), (1, true));
    assert_eq!(
        code(station.undo(1, UndoReason::DidNotEnter)),
        UiErrorCode::NothingToUndo
    );
    window.clock.advance(10_000);
    station.wedge(&venue.code(1));
    assert_eq!(window.told.verdicts(3).remove(2).light, Admit);
}

#[test]
fn a_ticket_that_was_found_is_let_in_by_hand_and_only_where_searching_is_allowed() {
    let (_venue, window, station) = searching_at_gate_a(&[1]);
    let admitted = station.by_hand(TicketId(1)).expect("decided on");
    assert_eq!((admitted.no, admitted.light), (1, Admit));
    assert_eq!(window.told.verdicts(1), [admitted]);
    let again = station.by_hand(TicketId(1)).expect("decided on");
    assert_eq!(again.light, Refuse);
    let (_venue, window, station) = at_gate_a(&[1]);
    let refused = station.by_hand(TicketId(1)).expect_err("no right");
    assert_eq!(refused.code, UiErrorCode::NotAllowed);
    let refused = station.search("dupont").expect_err("no right");
    assert_eq!(refused.code, UiErrorCode::NotAllowed);
    assert_eq!(window.told.verdicts(0), []);
}

#[test]
fn the_last_scans_are_there_after_a_crash() {
    let (venue, window, station) = at_gate_a(&[1, 2]);
    station.wedge(&venue.code(1));
    window.clock.advance(10_000);
    station.wedge(&venue.code(1));
    window.told.verdicts(2);
    drop(station);
    let station = window.start_blind();
    let before = window.told.all().len();
    station.tell_all();
    let lines = last_recent(&window.told.all()[before..]).expect("told");
    let says = lines[0].detail.as_deref().expect("why it was refused");
    assert!(says.starts_with("Déjà entré à"), "{says}");
    assert!(says.contains("porte A"), "{says}");
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line.no,
                line.light,
                line.undo.is_some(),
                line.type_name.as_deref(),
            )
        })
        .collect();
    let name = Some("Plein tarif");
    assert_eq!(told, [(2, Refuse, false, name), (1, Admit, true, name)]);
    // Numbers go on.
    station.wedge(&venue.code(2));
    assert_eq!(window.told.verdicts(3).remove(2).no, 3);
}
