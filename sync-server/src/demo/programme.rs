//! The demo's three events, as requests of the API. VAT as the French tax code has it: 5.5 % for shows (art. 278-0 bis F),
//! 2.1 % for the first 140 performances of a new play (art. 281 quater), 20 % for a club night.

use serde_json::{Value, json};
use shared::clock::UnixMillis;

use super::evenings::{Evening, club_night, tonight, two_nights};

pub(super) const ORGANIZER: &str = "0197e2a0-0000-7000-8000-de3000000100";
pub(super) const VENUE: &str = "0197e2a0-0000-7000-8000-de3000000200";
/// Whose doors are open.
pub(super) const CONCERT: &str = "0197e2a0-0000-7000-8000-de3000000301";
const PLAY: &str = "0197e2a0-0000-7000-8000-de3000000302";
const CLUB: &str = "0197e2a0-0000-7000-8000-de3000000303";

pub(super) fn organizer() -> Value {
    json!({
        "id": ORGANIZER, "name": "Les Nuits de Loire", "slug": "les-nuits-de-loire",
        "legal_name": "Association Les Nuits de Loire", "licence": "PLATESV-D-2026-000000",
    })
}

pub(super) fn venue() -> Value {
    json!({
        "id": VENUE, "name": "La Fabrique du Quai", "address": "21 quai des Antilles", "postal_code": "44200",
        "city": "Nantes", "capacity": 900,
    })
}

/// An event with all that belongs to it. In the order in which it is made: types name windows and gates.
pub(super) struct Programmed {
    pub(super) event: Value,
    pub(super) windows: Vec<Value>,
    pub(super) gates: Vec<Value>,
    pub(super) types: Vec<Value>,
}

/// All three, tonight's first.
pub(super) fn programme(now_ms: UnixMillis) -> Result<[Programmed; 3], jiff::Error> {
    Ok([
        concert(tonight(now_ms)),
        play(two_nights(now_ms)?),
        club(club_night(now_ms)?),
    ])
}

/// The venue's three doors. None names types: all may use each.
fn gates() -> Vec<Value> {
    vec![
        json!({"no": 1, "name": "Porte A – Loire"}),
        json!({"no": 2, "name": "Porte B – Quai"}),
        json!({"no": 3, "name": "Porte C – Jardin, accès PMR"}),
    ]
}

fn concert(evening: Evening) -> Programmed {
    Programmed {
        event: json!({
            "id": CONCERT, "organizer_id": ORGANIZER, "venue_id": VENUE, "status": "published",
            "title": "Maïwenn Kervella – Marées hautes", "category": "concert", "capacity": 900,
            "description": "Trois ans après « L'Estran », Maïwenn Kervella revient avec un disque enregistré entre Nantes \
                et Ouessant : une voix, quatre musiciens, et la mer qui n'est jamais loin.\n\n\
                Première partie : Soline, en solo. Le bar ouvre avec les portes et reste ouvert pendant le concert.",
            "doors_ms": evening.doors, "starts_ms": evening.starts, "ends_ms": evening.ends,
        }),
        windows: Vec::new(),
        gates: gates(),
        types: vec![
            json!({"no": 1, "name": "Plein tarif – fosse debout", "price_minor": 3_400, "vat_basis_points": 550, "quota": 600,
                "home_gate": 1, "position": 1}),
            json!({"no": 2, "name": "Tarif réduit – fosse debout", "price_minor": 2_400, "vat_basis_points": 550, "quota": 180,
                "home_gate": 1, "position": 2,
                "description": "Moins de 26 ans, demandeurs d'emploi, bénéficiaires du RSA. Un justificatif est demandé à l'entrée.",
                "door_note": "Vérifier le justificatif : moins de 26 ans, demandeur d'emploi ou RSA"}),
            json!({"no": 3, "name": "Balcon assis", "price_minor": 4_200, "vat_basis_points": 550, "quota": 100,
                "home_gate": 2, "position": 3, "max_per_order": 6}),
            json!({"no": 4, "name": "Enfant – moins de 12 ans", "price_minor": 1_200, "vat_basis_points": 550, "quota": 20,
                "home_gate": 3, "position": 4,
                "description": "Casque antibruit prêté à l'entrée. L'enfant est accompagné d'un adulte.",
                "door_note": "Remettre un casque antibruit ; un adulte accompagne"}),
        ],
    }
}

fn play([friday, saturday]: [Evening; 2]) -> Programmed {
    let intervals = |evening: Evening| json!([[evening.doors, evening.ends]]);
    Programmed {
        event: json!({
            "id": PLAY, "organizer_id": ORGANIZER, "venue_id": VENUE, "status": "published",
            "title": "L'Île aux pianos", "category": "theatre", "capacity": 320,
            "description": "Une accordeuse débarque sur une île où plus personne ne joue. Comédie musicale pour deux \
                comédiennes et sept pianos désaccordés.\n\nCréation. Durée : 1 h 40, sans entracte. À partir de 10 ans. \
                La salle ferme à l'heure : les retardataires entrent au premier noir.",
            "doors_ms": friday.doors, "starts_ms": friday.starts, "ends_ms": saturday.ends,
        }),
        windows: vec![
            json!({"no": 1, "name": "Vendredi", "intervals": intervals(friday)}),
            json!({"no": 2, "name": "Samedi", "intervals": intervals(saturday)}),
            json!({"no": 3, "name": "Vendredi et samedi", "intervals": [
                [friday.doors, friday.ends], [saturday.doors, saturday.ends]]}),
        ],
        gates: gates(),
        types: vec![
            json!({"no": 1, "name": "Vendredi – plein tarif", "price_minor": 2_600, "vat_basis_points": 210, "quota": 220,
                "window_no": 1, "home_gate": 1, "position": 1}),
            json!({"no": 2, "name": "Vendredi – tarif réduit", "price_minor": 1_600, "vat_basis_points": 210, "quota": 80,
                "window_no": 1, "home_gate": 1, "position": 2, "door_note": "Vérifier le justificatif"}),
            json!({"no": 3, "name": "Samedi – plein tarif", "price_minor": 2_800, "vat_basis_points": 210, "quota": 220,
                "window_no": 2, "home_gate": 1, "position": 3}),
            json!({"no": 4, "name": "Samedi – tarif réduit", "price_minor": 1_800, "vat_basis_points": 210, "quota": 80,
                "window_no": 2, "home_gate": 1, "position": 4, "door_note": "Vérifier le justificatif"}),
            json!({"no": 5, "name": "Pass deux soirs", "price_minor": 4_000, "vat_basis_points": 210, "quota": 20,
                "window_no": 3, "home_gate": 2, "position": 5,
                "description": "Une entrée chaque soir, pour revoir la pièce ou la partager.",
                "entry_rule": {"re_entry": "unlimited", "max_entries": 2, "max_entries_per_day": 1}}),
        ],
    }
}

fn club(night: Evening) -> Programmed {
    Programmed {
        event: json!({
            "id": CLUB, "organizer_id": ORGANIZER, "venue_id": VENUE, "status": "published",
            "title": "Nuit Basse Mer", "category": "club", "capacity": 700,
            "description": "Sept heures de house et de techno, de la marée descendante au premier tram. Aux platines : \
                Ondine, Chantier 44, DJ Sillon.\n\nRéservé aux majeurs. On sort prendre l'air et on revient : \
                faites scanner votre billet en sortant.",
            "doors_ms": night.doors, "starts_ms": night.starts, "ends_ms": night.ends,
            "entry_rule": {"re_entry": "after_exit"},
        }),
        windows: Vec::new(),
        gates: gates(),
        types: vec![
            json!({"no": 1, "name": "Prévente", "price_minor": 1_500, "vat_basis_points": 2_000, "quota": 400,
                "home_gate": 2, "position": 1, "sale_until_ms": night.doors,
                "door_note": "Majeurs seulement : vérifier une pièce d'identité"}),
            json!({"no": 2, "name": "Plein tarif", "price_minor": 2_000, "vat_basis_points": 2_000, "quota": 250,
                "home_gate": 2, "position": 2, "door_note": "Majeurs seulement : vérifier une pièce d'identité"}),
            json!({"no": 3, "name": "Groupe – 4 personnes et plus", "price_minor": 1_200, "vat_basis_points": 2_000,
                "quota": 50, "home_gate": 2, "position": 3,
                "description": "Entrez ensemble avant 1 h 00.",
                "door_note": "Majeurs seulement : vérifier une pièce d'identité"}),
        ],
    }
}
