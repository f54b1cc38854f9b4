//! `door scan`: reads pictures, decides, writes the journal; a line a scan.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::admission::{Decision, Direction, RosterState};
use shared::clock::Clock as _;
use shared::ids::{EventId, UserId};
use shared::language::Language;
use shared::sync::state::State;

use super::lan_arguments::LanArguments;
use super::{CliError, Output, live, open_replica};
use crate::camera::webcam::CameraId;
use crate::camera::{self, CameraSpec, Pictures, Read};
use crate::door::{AtGate, Door, Outcome, Sight, Verdict};
use crate::edge::SystemClock;
use crate::online::{Asked, InStep, InStepNews, OnlineNews};
use crate::peers::right_line;
use crate::replica::Replica;
use crate::sync::claim_line;
use crate::sync::driver::News;

/// What `door scan` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of this door's data.
    #[arg(long)]
    data: PathBuf,
    /// The event's id, as `door status` lists it.
    #[arg(long)]
    event: EventId,
    /// Name or number of the gate, when it is not the one that the organizer gave this device.
    #[arg(long)]
    gate: Option<String>,
    /// Which way people go.
    #[arg(long, value_enum, default_value = "in")]
    direction: Way,
    /// `webcam`, `webcam:ID` (as `door cameras` lists them), `dir:FOLDER` or `file:PICTURE`.
    #[arg(long, required_unless_present = "reader")]
    camera: Option<CameraSpec>,
    /// Codes from a hand-held reader instead: a line each on standard input.
    #[arg(long, conflicts_with = "camera")]
    reader: bool,
    /// With `--reader`: who decides against the rules here. A line that begins with `!` lets the code behind it in.
    #[arg(long, requires = "reader")]
    supervisor: Option<UserId>,
    /// Keep in step with the server and with other doors meanwhile.
    #[arg(long)]
    sync: bool,
    /// With `--sync`: other doors.
    #[command(flatten)]
    lan: LanArguments,
    /// Language of the sentences: fr, en, es, de, it.
    #[arg(long, default_value = "fr")]
    lang: Language,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Way {
    In,
    Out,
}

impl From<Way> for Direction {
    fn from(way: Way) -> Self {
        match way {
            Way::In => Self::In,
            Way::Out => Self::Out,
        }
    }
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let origin = Origin::open(arguments)?;
    let replica = open_replica(&arguments.data)?;
    let gate = match &arguments.gate {
        Some(name) => AtGate::Named(name.clone()),
        None => AtGate::AsEnrolled,
    };
    let door = Door::open(&replica, arguments.event, &gate, arguments.direction.into())
        .map_err(|error| CliError::of(error.code(), &error))?;
    let (line, calls) = claim_line();
    let (right_line, rights) = right_line();
    let door = Arc::new(if arguments.sync {
        door.with_claims(Box::new(line))
            .with_holders(Box::new(right_line))
    } else {
        door
    });
    let asked = Asked {
        claims: calls,
        rights,
        stock: None,
    };
    let step = arguments
        .sync
        .then(|| in_step(&replica, &arguments.data, arguments.lan, &door, asked))
        .transpose()?;
    let scanned = match origin {
        Origin::Pictures(pictures) => scan_pictures(pictures, &door, arguments.lang, output),
        Origin::Webcam(chosen) => live::scan_webcam(chosen, &door, arguments.lang, output),
        Origin::Reader => scan_lines(&door, arguments.supervisor, arguments.lang, output),
    };
    let flushed = door.flush(SystemClock.now_ms());
    drop(step);
    scanned?;
    flushed.map_err(|error| CliError::of(error.code(), &error))?;
    Ok(ExitCode::SUCCESS)
}

/// Where codes come from.
enum Origin {
    Pictures(Pictures),
    Webcam(Option<CameraId>),
    Reader,
}

impl Origin {
    /// Pictures that are not there are told before anything else is done.
    fn open(arguments: &Arguments) -> Result<Self, CliError> {
        match &arguments.camera {
            Some(CameraSpec::Pictures(spec)) => Pictures::open(spec)
                .map(Self::Pictures)
                .map_err(|error| CliError::of(error.code(), &error)),
            Some(CameraSpec::Webcam(chosen)) => Ok(Self::Webcam(chosen.clone())),
            None => Ok(Self::Reader),
        }
    }
}

fn scan_pictures(
    pictures: Pictures,
    door: &Door,
    language: Language,
    output: &mut Output,
) -> Result<(), CliError> {
    let mut frames = 0;
    for read in &camera::start(pictures) {
        frames += show(&read, door, Sight::Still, language, output)?;
    }
    if frames == 0 {
        return Err(CliError::new(
            "no_pictures",
            "none of the files is a picture; put PNG, JPEG or WebP files there",
        ));
    }
    Ok(())
}

/// Until the reader is unplugged, or whoever types ends the input.
fn scan_lines(
    door: &Door,
    supervisor: Option<UserId>,
    language: Language,
    output: &mut Output,
) -> Result<(), CliError> {
    for line in std::io::stdin().lines() {
        let line = line.map_err(|error| CliError::of("reader", &error))?;
        if let Some((person, code)) = supervisor.zip(line.strip_prefix('!')) {
            let_in_anyway(door, code.trim(), person, language, output)?;
            continue;
        }
        let seen = Seen {
            frame: "reader",
            texts: vec![&line],
            took: Duration::ZERO,
        };
        judge(&seen, door, Sight::Still, language, output)?;
    }
    Ok(())
}

/// A line for a supervisor's decision. One that can't be taken is told, and scanning goes on.
fn let_in_anyway(
    door: &Door,
    code: &str,
    person: UserId,
    language: Language,
    output: &mut Output,
) -> Result<(), CliError> {
    match door.let_in_anyway(code, person, SystemClock.now_ms()) {
        Ok(done) => {
            let fact = done.fact;
            let fact = json!({"journal": fact.journal, "seq": fact.seq, "id": fact.id});
            let said = match language {
                Language::Fr => "ENTREZ  sur décision du responsable",
                Language::En => "ENTER  on the supervisor's decision",
                Language::Es => "PASE  por decisión del responsable",
                Language::De => "EINTRETEN  auf Anweisung der Leitung",
                Language::It => "ENTRI  per decisione del responsabile",
            };
            output.line(&json!({"decision": "override", "fact": fact}), said)
        }
        Err(error) => {
            let error = CliError::of(error.code(), &error);
            let value = json!({"error": {"code": error.code, "detail": error.detail}});
            output.line(&value, &format!("-  {}", error.detail))
        }
    }
}

/// Keeps in step meanwhile, and tells the door whether what is not in the roster does not exist.
fn in_step(
    replica: &Replica,
    data: &Path,
    lan: LanArguments,
    door: &Arc<Door>,
    asked: Asked,
) -> Result<InStep, CliError> {
    let door = Arc::clone(door);
    let tell = move |news| match news {
        InStepNews::Online(OnlineNews::Sync(News::State(State::Live))) => {
            door.set_roster_state(RosterState::Live);
        }
        // After the end the door goes on alone; `door status` says that nothing is sent.
        InStepNews::Online(OnlineNews::Sync(News::State(_))) | InStepNews::Ended(_) => {
            door.set_roster_state(RosterState::MaybeBehind);
        }
        InStepNews::Online(_) => {}
    };
    InStep::begin(replica, data, lan.options(), asked, tell)
        .map_err(|error| CliError::of(error.code(), &error))
}

/// What came of a frame. A camera's frame without a code, and a code that is still held up, get no line. The first scan
/// that could not be written ends it all: a door that can't remember admits nobody.
pub(super) fn show(
    read: &Read,
    door: &Door,
    sight: Sight,
    language: Language,
    output: &mut Output,
) -> Result<usize, CliError> {
    match read {
        Read::Codes {
            frame, found, took, ..
        } => {
            let seen = Seen {
                frame,
                texts: found.iter().map(|found| found.text.as_str()).collect(),
                took: *took,
            };
            judge(&seen, door, sight, language, output)?;
            Ok(1)
        }
        Read::Blocked => {
            let value = json!({"decision": "blocked", "says": blocked(language)});
            output.line(&value, &format!("-  {}", blocked(language)))?;
            Ok(0)
        }
        Read::Failed(error) => {
            let error = CliError::of(error.code(), error);
            let value = json!({"error": {"code": error.code, "detail": error.detail}});
            output.line(&value, &format!("-  skipped: {}", error.detail))?;
            Ok(0)
        }
    }
}

/// The texts that were read at once.
struct Seen<'a> {
    /// The frame's name.
    frame: &'a str,
    texts: Vec<&'a str>,
    took: Duration,
}

/// A line for each code of a frame.
fn judge(
    seen: &Seen<'_>,
    door: &Door,
    sight: Sight,
    language: Language,
    output: &mut Output,
) -> Result<(), CliError> {
    let mut line = |mut value: Value, text: &str| {
        value["picture"] = json!(seen.frame);
        let took = u64::try_from(seen.took.as_micros()).unwrap_or(u64::MAX);
        value["times"]["read_us"] = json!(took);
        output.line(&value, &format!("{text}  [{}]", seen.frame))
    };
    if seen.texts.is_empty() && sight == Sight::Still {
        line(json!({"decision": "no_code"}), "-  no code in sight")?;
    }
    for code in &seen.texts {
        let verdict = door
            .scan(code, sight, SystemClock.now_ms())
            .map_err(|error| CliError::of(error.code(), &error))?;
        if verdict.repeated && sight == Sight::Stream {
            continue;
        }
        let (value, text) = verdict_line(door, &verdict, language);
        line(value, &text)?;
    }
    Ok(())
}

/// What to do when the picture is full of what looks like codes.
fn blocked(language: Language) -> &'static str {
    match language {
        Language::Fr => {
            "Lecture bloquée : un motif dans l'image ressemble à des centaines de codes. Couvrez-le ou tournez la caméra."
        }
        Language::En => {
            "Reading is blocked: a pattern in the picture looks like hundreds of codes. Cover it or turn the camera."
        }
        Language::Es => {
            "Lectura bloqueada: un motivo en la imagen parece cientos de códigos. Tápelo o gire la cámara."
        }
        Language::De => {
            "Lesen blockiert: Ein Muster im Bild sieht aus wie Hunderte Codes. Abdecken oder die Kamera drehen."
        }
        Language::It => {
            "Lettura bloccata: un motivo nell'immagine sembra centinaia di codici. Copritelo o girate la telecamera."
        }
    }
}

pub(super) fn verdict_line(door: &Door, verdict: &Verdict, language: Language) -> (Value, String) {
    let sentence = door.sentence(verdict, language);
    let (decision, reason) = match &verdict.outcome {
        Outcome::Decided { decision, .. } => match decision {
            Decision::Admit(_) => ("admit", None),
            Decision::Refuse(reason) => ("refuse", Some(reason.reason().code())),
            Decision::Ask(reason) => ("ask", Some(reason.reason().code())),
        },
        Outcome::OrderCode(_) => ("order_code", None),
        Outcome::Foreign(_) => ("foreign", None),
    };
    let mut value = json!({
        "decision": decision,
        "reason": reason,
        "gate": door.gate_name(),
        "at_ms": verdict.at_ms,
        "repeated": verdict.repeated,
        "says": sentence.as_ref().map(|sentence| &sentence.says),
        "then": sentence.as_ref().map(|sentence| &sentence.then),
        "fact": verdict.fact.map(|fact| json!({"journal": fact.journal, "seq": fact.seq, "id": fact.id})),
        "times": {"judge_us": verdict.times.judge_us, "total_us": verdict.times.total_us},
    });
    let mut said = sentence
        .map(|sentence| format!("{}. {}", sentence.says, sentence.then))
        .unwrap_or_default();
    let mut shown = String::new();
    match &verdict.outcome {
        Outcome::Decided {
            ticket,
            type_no,
            decision,
        } => {
            value["ticket"] = json!(ticket);
            value["type"] = json!(type_no);
            shown = ticket.map(|id| id.to_string()).unwrap_or_default();
            if let Decision::Admit(admission) = decision {
                value["note"] = json!(admission.note);
                value["entry_no"] = json!(admission.entry_no);
                value["of"] = json!(admission.of);
                value["marks"] = json!(admission.marks.0);
                value["also_seen_ms"] = json!(admission.also_seen.map(|seen| seen.at_ms));
                said = admission.note.clone().unwrap_or_default();
            }
        }
        Outcome::OrderCode(code) => {
            shown = code.to_string();
            value["order_code"] = json!(shown);
        }
        Outcome::Foreign(why) => {
            value["detail"] = json!(why.to_string());
            said = why.to_string();
        }
    }
    let parts = [word(&verdict.outcome, language), &shown, &said];
    let text: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (value, text.join("  "))
}

/// The largest word of the screen.
fn word(outcome: &Outcome, language: Language) -> &'static str {
    let [admit, refuse, ask, order, foreign] = match language {
        Language::Fr => [
            "ENTREZ",
            "REFUSÉ",
            "ATTENDEZ",
            "Réservé, pas encore payé",
            "Ce n'est pas un billet d'ici",
        ],
        Language::En => [
            "ENTER",
            "REFUSED",
            "WAIT",
            "Reserved, not paid yet",
            "Not a ticket from here",
        ],
        Language::Es => [
            "PASE",
            "RECHAZADO",
            "ESPERE",
            "Reservado, aún sin pagar",
            "No es una entrada de aquí",
        ],
        Language::De => [
            "EINTRETEN",
            "ABGELEHNT",
            "WARTEN",
            "Reserviert, noch nicht bezahlt",
            "Kein Ticket von hier",
        ],
        Language::It => [
            "ENTRI",
            "RIFIUTATO",
            "ATTENDA",
            "Riservato, non ancora pagato",
            "Non è un nostro biglietto",
        ],
    };
    match outcome {
        Outcome::Decided { decision, .. } => match decision {
            Decision::Admit(_) => admit,
            Decision::Refuse(_) => refuse,
            Decision::Ask(_) => ask,
        },
        Outcome::OrderCode(_) => order,
        Outcome::Foreign(_) => foreign,
    }
}
