use std::collections::BTreeSet;

use super::*;
use crate::admission::Reason;
use crate::admission::reason::OutsideWindow;
use crate::admission::scene::{EVENING, GATE_A, GATE_B, GATE_VIP, Scene, at, paris};

fn refusals() -> Vec<RefuseReason> {
    vec![
        RefuseReason::Forged,
        RefuseReason::UnknownKey,
        RefuseReason::OtherEvent {
            name: "Rigoletto".into(),
            starts_ms: at(20, 0) + 24 * 3_600_000,
        },
        RefuseReason::WrongType { go_to: None },
        RefuseReason::WrongType {
            go_to: Some(GATE_VIP),
        },
        RefuseReason::WrongGate { home: GATE_B },
        RefuseReason::OutsideWindow(OutsideWindow::OpensAt(at(20, 30))),
        RefuseReason::OutsideWindow(OutsideWindow::ClosedAt(at(19, 5))),
        RefuseReason::OutsideWindow(OutsideWindow::Never),
        RefuseReason::AlreadyEntered {
            at_ms: at(19, 42),
            gate: GATE_A,
        },
        RefuseReason::NoEntriesLeft,
        RefuseReason::Superseded,
        RefuseReason::Revoked,
        RefuseReason::Refunded,
        RefuseReason::Cancelled,
        RefuseReason::Blocked,
        RefuseReason::TestTicket,
        RefuseReason::RealTicketAtTest,
        RefuseReason::RotatingCodeMissing,
        RefuseReason::RotatingCodeStale,
        RefuseReason::NotInside,
    ]
}

fn questions() -> Vec<AskReason> {
    vec![
        AskReason::UnknownKeyOffline,
        AskReason::UnknownWindow,
        AskReason::RowUnseenLive,
        AskReason::LeaseRevoked,
        AskReason::RosterTooOld { as_of_ms: None },
        AskReason::RosterTooOld {
            as_of_ms: Some(at(14, 0)),
        },
        AskReason::ClockDoubtful,
        AskReason::HomeGateElsewhere { home: GATE_B },
        AskReason::HomeGateElsewhere { home: GATE_VIP },
        AskReason::BeingAdmittedElsewhere { gate: GATE_B },
        AskReason::RotatingCodeBlocked,
        AskReason::EntryUnknownHere,
    ]
}

fn all(language: Language) -> Vec<(Reason, Sentence)> {
    let scene = Scene::new();
    let rules = scene.rules();
    let now = at(20, 0);
    let refusals = refusals()
        .into_iter()
        .map(|reason| (reason.reason(), refusal(&reason, language, &rules, now)));
    let questions = questions()
        .into_iter()
        .map(|reason| (reason.reason(), question(&reason, language, &rules, now)));
    refusals.chain(questions).collect()
}

#[test]
fn every_reason_has_words_in_every_language() {
    for language in Language::ALL {
        let all = all(language);
        let told: BTreeSet<Reason> = all.iter().map(|(reason, _)| *reason).collect();
        assert_eq!(told, Reason::ALL.iter().copied().collect());
        for (reason, Sentence { says, then }) in &all {
            for words in [says, then] {
                assert!(
                    words.chars().count() > 4,
                    "{language} {reason:?}: {words:?}"
                );
                assert!(
                    words.chars().count() <= 50,
                    "{language} {reason:?}: {words:?}"
                );
                assert_eq!(words.trim(), words, "{language} {reason:?}");
                assert!(!words.contains('!'), "{language} {reason:?}: {words:?}");
            }
        }
    }
}

#[test]
fn no_language_says_it_in_another() {
    let english = all(Language::En);
    for language in [Language::Fr, Language::Es, Language::De, Language::It] {
        for ((reason, theirs), (_, ours)) in all(language).iter().zip(&english) {
            assert_ne!(theirs.says, ours.says, "{language} {reason:?}");
            assert_ne!(theirs.then, ours.then, "{language} {reason:?}");
        }
    }
}

#[test]
fn in_each_language_two_reasons_never_sound_alike() {
    for language in Language::ALL {
        let all = all(language);
        let said: BTreeSet<&str> = all.iter().map(|(_, words)| words.says.as_str()).collect();
        assert_eq!(said.len(), all.len(), "{language}");
    }
}

#[test]
fn the_french_is_the_designs() {
    let words: Vec<String> = all(Language::Fr)
        .into_iter()
        .map(|(_, words)| format!("{} | {}", words.says, words.then).replace(NBSP, "~"))
        .collect();
    let expected = "\
Ce billet n'est pas de nous | Gardez-le, appelez votre responsable
Billet inconnu ici | Appelez votre responsable
Billet pour demain, 20~h | Montrez la date au spectateur
Ce type de billet n'entre pas ici | Envoyez au point accueil
Entrée Nord, pas ici | Montrez le chemin
Porte B, pas ici | Montrez le chemin
Valable à partir de 20~h~30 | Faites patienter
Valable jusqu'à 19~h~05 | Envoyez au point accueil
Aucune heure d'entrée prévue | Envoyez au point accueil
Déjà entré à 19~h~42, porte A | Envoyez au point accueil
Plus d'entrée sur ce billet | Envoyez au point accueil
Billet remplacé | Demandez le nouveau billet
Billet retiré de la vente | Envoyez au guichet
Billet remboursé | Envoyez au guichet
Billet annulé | Envoyez au guichet
Billet bloqué | Envoyez au guichet
Billet d'essai | Refusez~: il n'a pas été vendu
Vrai billet, mais cette porte est en essai | Vérifiez l'événement choisi sur cet appareil
Ce billet se montre sur le téléphone | Demandez d'ouvrir la page du billet
Code périmé | Demandez de rouvrir la page du billet
Pas d'entrée à ce billet | Laissez sortir la personne
Cette porte n'est pas à jour | Synchronisez, ou responsable
Créneau inconnu | Responsable
Billet absent de la liste | Responsable
Caisse déclarée perdue | Responsable
Aucune liste reçue | Responsable
Liste du 28~nov., 14~h | Responsable
L'heure de cet appareil est douteuse | Réglez l'heure
Billet de la porte B | Responsable, ou Envoyer porte B
Billet de l'entrée Nord | Responsable, ou Envoyer entrée Nord
Passage en cours, porte B | Attendez 10~secondes
Trop d'essais pour ce billet | Responsable, dans une minute si possible
Aucune entrée notée ici | Laissez sortir, prévenez un responsable";
    assert_eq!(words.join("\n"), expected);
}

#[test]
fn another_day_is_named() {
    let scene = Scene::new();
    let rules = scene.rules();
    let tomorrow = EVENING.tomorrow().expect("a day");
    let entered = |at_ms, now, language| {
        let reason = RefuseReason::AlreadyEntered {
            at_ms,
            gate: GateNo(0),
        };
        refusal(&reason, language, &rules, now)
            .says
            .replace(NBSP, "~")
    };
    let just_after_midnight = paris(tomorrow.at(0, 10, 0, 0));
    let later = just_after_midnight + 5 * 24 * 3_600_000;
    assert_eq!(
        entered(at(23, 50), just_after_midnight, Language::Fr),
        "Déjà entré hier à 23~h~50"
    );
    assert_eq!(
        entered(at(23, 50), later, Language::Fr),
        "Déjà entré le 28~nov. à 23~h~50"
    );
    assert_eq!(
        entered(at(23, 50), later, Language::De),
        "Schon drin seit 28.~Nov., 23:50~Uhr"
    );
    assert_eq!(
        entered(at(1, 5), at(20, 0), Language::Es),
        "Ya entró a la 1:05"
    );
    assert_eq!(
        entered(at(1, 5), at(20, 0), Language::It),
        "Già entrato all'1:05"
    );
    assert_eq!(
        entered(at(19, 42), at(20, 0), Language::En),
        "Already in at 19:42"
    );
}

#[test]
fn a_gates_name_is_written_small_only_where_it_begins_with_a_common_noun() {
    assert_eq!(amid("Porte A", &["porte"]), "porte A");
    assert_eq!(amid("ENTRÉE Nord", &["entrée"]), "entrée Nord");
    assert_eq!(amid("VIP", &["porte"]), "VIP");
    assert_eq!(amid("Porteurs", &["porte"]), "Porteurs");
    assert_eq!(amid("", &["porte"]), "");
}
