//! `door sign-off`: ends this device's work. Run again, it goes on where it stopped.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use shared::clock::Clock as _;
use shared::ids::DeviceId;
use shared::language::Language;
use shared::sync::engine::Follow;

use super::sync::settle;
use super::{CliError, Output, open_replica};
use crate::door::{HandIn, SignedOff, To, finish_sign_off, sign_off};
use crate::edge::SystemClock;
use crate::online;
use crate::replica::sign_off::Outstanding;
use crate::replica::{MachineState, Removal, Replica, remove_handed_in};
use crate::sync::Holds;

/// What `door sign-off` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of this door's data.
    #[arg(long)]
    data: PathBuf,
    /// Strict mode: the door that gets this one's tickets, by its id; else the server grants them to the others.
    #[arg(long)]
    to: Option<DeviceId>,
    /// Seconds after which handing over gives up for now.
    #[arg(long, default_value_t = 120)]
    give_up: u64,
    /// Language: fr, en, es, de, it.
    #[arg(long, default_value = "fr")]
    lang: Language,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    // The last run was ended between the server's word and the removal.
    if remove(arguments)? == Removal::Done {
        return tell_done(arguments.lang, output);
    }
    let replica = open_replica(&arguments.data)?;
    let to = arguments.to.map_or(To::Server, To::Door);
    let done = sign_off(&replica, to, SystemClock.now_ms())
        .map_err(|error| CliError::of(error.code(), &error))?;
    tell_signed_off(done, arguments.lang, output)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::of("internal", &error))?;
    runtime.block_on(hand_in(&replica, arguments, output))?;
    drop(replica);
    remove(arguments)?;
    tell_done(arguments.lang, output)
}

fn remove(arguments: &Arguments) -> Result<Removal, CliError> {
    let state = MachineState::of_this_user().map_err(|error| CliError::of("state_dir", &error))?;
    remove_handed_in(&arguments.data, state).map_err(|error| CliError::of(error.code(), &error))
}

async fn hand_in(
    replica: &Replica,
    arguments: &Arguments,
    output: &mut Output,
) -> Result<(), CliError> {
    let mut driver = online::driver(replica, Follow::Nothing)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let give_up = Duration::from_secs(arguments.give_up);
    loop {
        settle(&mut driver, give_up, output).await?;
        let holds = driver.server_holds().await;
        match holds.map_err(|error| CliError::of(error.code(), &error))? {
            Holds::Less => {}
            Holds::All => break,
        }
    }
    match finish_sign_off(replica).map_err(|error| CliError::of(error.code(), &error))? {
        HandIn::Done => Ok(()),
        HandIn::Waits(outstanding) => Err(not_handed_in(outstanding, arguments.lang)),
        HandIn::AtWork => Err(CliError::new(
            "not_signed_off",
            "another program signed this door off and it was enrolled again meanwhile; nothing was erased",
        )),
    }
}

fn not_handed_in(outstanding: Outstanding, language: Language) -> CliError {
    let waiting = outstanding.own + outstanding.carried;
    let refused = outstanding.refused;
    if refused == 0 {
        let said = match language {
            Language::Fr => {
                format!("Il reste {waiting} faits à transmettre : relancez `door sign-off`.")
            }
            Language::En => format!("{waiting} facts are left to send: run `door sign-off` again."),
            Language::Es => {
                format!("Quedan {waiting} hechos por transmitir: ejecute `door sign-off` de nuevo.")
            }
            Language::De => format!(
                "{waiting} Vorgänge sind noch zu übertragen: starten Sie `door sign-off` noch einmal."
            ),
            Language::It => {
                format!("Restano {waiting} fatti da trasmettere: lanci di nuovo `door sign-off`.")
            }
        };
        return CliError::new("not_handed_in", said);
    }
    let said = match language {
        Language::Fr => format!(
            "Le serveur refuse {refused} faits : rien n'est effacé. Emportez-les avec `door journal export` et prévenez l'organisateur."
        ),
        Language::En => format!(
            "The server refuses {refused} facts: nothing is erased. Take them away with `door journal export` and tell the organizer."
        ),
        Language::Es => format!(
            "El servidor rechaza {refused} hechos: no se borra nada. Lléveselos con `door journal export` y avise al organizador."
        ),
        Language::De => format!(
            "Der Server lehnt {refused} Vorgänge ab: nichts wird gelöscht. Nehmen Sie sie mit `door journal export` mit und sagen Sie es dem Veranstalter."
        ),
        Language::It => format!(
            "Il server rifiuta {refused} fatti: nulla viene cancellato. Li porti via con `door journal export` e avvisi l'organizzatore."
        ),
    };
    CliError::new("facts_refused", said)
}

fn tell_signed_off(
    done: SignedOff,
    language: Language,
    output: &mut Output,
) -> Result<(), CliError> {
    let given = done.handed_over + done.released + done.places;
    let said = match language {
        Language::Fr => format!(
            "Porte fermée : elle ne fait plus entrer personne, ses secrets sont effacés ({given} billets rendus). Transmission du journal…"
        ),
        Language::En => format!(
            "Signed off: this door lets nobody in any more, its secrets are erased ({given} tickets given back). Handing over the journal…"
        ),
        Language::Es => format!(
            "Puerta cerrada: ya no deja pasar a nadie, sus secretos están borrados ({given} entradas devueltas). Transmitiendo el diario…"
        ),
        Language::De => format!(
            "Abgemeldet: dieses Tor lässt niemanden mehr ein, seine Geheimnisse sind gelöscht ({given} Tickets zurückgegeben). Das Journal wird übertragen…"
        ),
        Language::It => format!(
            "Porta chiusa: non fa più entrare nessuno, i suoi segreti sono cancellati ({given} biglietti restituiti). Trasmissione del registro…"
        ),
    };
    let line = json!({ "signed_off": { "handed_over": done.handed_over, "released": done.released, "places": done.places } });
    output.line(&line, &said)
}

fn tell_done(language: Language, output: &mut Output) -> Result<ExitCode, CliError> {
    let said = match language {
        Language::Fr => "Le serveur a tout reçu ; cet appareil est comme neuf.",
        Language::En => "The server has everything; this device is as new.",
        Language::Es => "El servidor lo ha recibido todo; este dispositivo está como nuevo.",
        Language::De => "Der Server hat alles erhalten; dieses Gerät ist wie neu.",
        Language::It => "Il server ha ricevuto tutto; questo dispositivo è come nuovo.",
    };
    output.line(&json!({ "handed_in": true }), said)?;
    Ok(ExitCode::SUCCESS)
}
