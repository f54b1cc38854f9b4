//! What an inspector reads, in French: the language of the administration that inspects.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Zoned;
use shared::fact::FactPublicKey;
use shared::ids::DeviceId;

use super::JournalInspected;

/// A kind of facts, as docs/SYNC.md names it.
pub(super) fn kind(name: &'static str) -> &'static str {
    match name {
        "till_opened" => "ouverture du journal",
        "shift_opened" => "ouverture de session",
        "clerk_changed" => "changement de caissier",
        "sale" => "vente",
        "payment" => "règlement",
        "refund" => "remboursement",
        "cash_moved" => "mouvement de caisse",
        "drawer_counted" => "comptage du tiroir",
        "shift_closed" => "clôture Z",
        "period_closed" => "clôture de période",
        "reprint" => "duplicata",
        "test_print" => "spécimen imprimé",
        "training_sale" => "vente d'exercice (non comptée)",
        "configuration_changed" => "changement de configuration",
        "connection_changed" => "serveur perdu ou retrouvé",
        "contact" => "coordonnées du client",
        "exchange" => "échange de billets",
        "collected" => "retrait d'une commande en ligne",
        "promotion" => "réduction par code promo",
        other => other,
    }
}

/// What lies in the folder, and how it is checked.
pub(super) fn read_me(
    journals: &[JournalInspected],
    key: &FactPublicKey,
    made: &Zoned,
    till: DeviceId,
) -> String {
    let mut text = format!(
        "Contrôle de la caisse {till}\nFait le {}\n\n",
        made.strftime("%d/%m/%Y à %H:%M")
    );
    for (n, journal) in (1..).zip(journals) {
        let found = &journal.inspected;
        let verdict = match found.problem {
            None => "intègre : aucune ligne modifiée, retirée ou ajoutée".to_owned(),
            Some((place, code)) => {
                format!("ALTÉRÉ à la ligne {place} ({code}) ; ce qui suit n'est pas repris")
            }
        };
        let _ = writeln!(
            text,
            "Journal {n} ({}) : {} lignes, {verdict}.\n  Cumul perpétuel : vendu {}, remboursé {} (en centimes). Empreinte : {}.",
            journal.journal, found.facts, found.sold, found.refunded, found.head_hash
        );
        if journal.missing > 0 {
            let _ = writeln!(
                text,
                "  {} lignes connues du serveur ou d'un reçu ne sont pas ici : une ancienne copie a été remise en place. Demandez-les à l'organisateur.",
                journal.missing
            );
        }
    }
    text + &RULES.replace("{key}", &STANDARD.encode(key.as_bytes()))
}

const RULES: &str = "
Ce que contient ce dossier
  journal-N.csv   toutes les lignes d'un journal, pour un tableur : ventes, règlements, remboursements, duplicata,
                  mouvements de caisse, ventes d'exercice, changements de configuration et clôtures.
  archives/*.tha  l'archive signée de chaque période close (jour, mois, année), au format ouvert décrit dans docs/SYNC.md.
  LISEZ-MOI.txt   ce texte.

Comment l'intégrité est assurée
  Chaque ligne porte l'empreinte (SHA-256) de la précédente et la signature (Ed25519) de la caisse. Modifier, retirer ou insérer
  une ligne rompt la chaîne à cet endroit, et le contrôle nomme la première ligne en défaut. Les corrections sont des lignes
  nouvelles. Aucun total n'est conservé à part : X, Z, clôtures et cumul perpétuel sont recalculés depuis les lignes. Le début de
  l'empreinte est imprimé sur les reçus et les Z.

Vérifier sans ce logiciel
  Clé publique de la caisse (base64) : {key}
  python3 till_archive.py FICHIER.tha CLE      programme indépendant, fourni avec les sources (dossier tools)
  door till archive verify FICHIER.tha --key CLE

Textes : code général des impôts, art. 286, I, 3° bis ; BOI-TVA-DECLA-30-10-30.
";
