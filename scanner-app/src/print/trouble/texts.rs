//! What is told of a printer's trouble: `{}` is the printer, `{detail}` what the system said.

use shared::language::Language;

use super::Trouble;

pub(super) struct Texts {
    not_there: &'static str,
    unknown_name: &'static str,
    no_device: &'static str,
    not_allowed: &'static str,
    no_queue: &'static str,
    queue_stopped: &'static str,
    no_cups: &'static str,
    file: &'static str,
    paper_out: &'static str,
    cover_open: &'static str,
    offline: &'static str,
    cutter_stuck: &'static str,
    too_hot: &'static str,
    broken: &'static str,
    stalled: &'static str,
    hung_up: &'static str,
    interrupted: &'static str,
    not_drawn: &'static str,
    pub(super) began: &'static str,
}

impl Texts {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Fr => &FR,
            Language::En => &EN,
            Language::Es => &ES,
            Language::De => &DE,
            Language::It => &IT,
        }
    }

    pub(super) fn told(&self, trouble: &Trouble, printer: &str) -> String {
        let text = match trouble {
            // What the system said is not kept with a job.
            Trouble::File(detail) if detail.is_empty() => {
                return self.file.replace("{}", printer).replace(" ({detail})", "");
            }
            Trouble::File(detail) => {
                return self.file.replace("{}", printer).replace("{detail}", detail);
            }
            Trouble::NotThere => self.not_there,
            Trouble::UnknownName => self.unknown_name,
            Trouble::NoDevice => self.no_device,
            Trouble::NotAllowed => self.not_allowed,
            Trouble::NoQueue => self.no_queue,
            Trouble::QueueStopped => self.queue_stopped,
            Trouble::NoCups => self.no_cups,
            Trouble::PaperOut => self.paper_out,
            Trouble::CoverOpen => self.cover_open,
            Trouble::Offline => self.offline,
            Trouble::CutterStuck => self.cutter_stuck,
            Trouble::TooHot => self.too_hot,
            Trouble::Broken => self.broken,
            Trouble::Stalled => self.stalled,
            Trouble::HungUp => self.hung_up,
            Trouble::Interrupted => self.interrupted,
            Trouble::NotDrawn => self.not_drawn,
        };
        text.replace("{}", printer)
    }
}

static FR: Texts = Texts {
    not_there: "L'imprimante {} ne répond pas. Vérifiez qu'elle est allumée et que son câble est branché, puis réimprimez.",
    unknown_name: "Le nom de l'imprimante {} est inconnu du réseau. Corrigez l'adresse dans les réglages.",
    no_device: "Aucun appareil à {}. Branchez l'imprimante, ou choisissez-en une autre dans les réglages.",
    not_allowed: "Ce poste n'a pas le droit d'écrire sur {}. Ajoutez l'utilisateur au groupe lp, puis rouvrez la session.",
    no_queue: "La file d'impression {} n'existe pas. Choisissez-en une avec «\u{a0}door print list\u{a0}».",
    queue_stopped: "La file d'impression {} est arrêtée. Relancez-la dans les réglages d'imprimantes du poste, puis réimprimez.",
    no_cups: "Ce poste n'a pas CUPS, {} ne peut pas servir. Installez le paquet cups-client, ou choisissez une imprimante réseau.",
    file: "Le fichier {} n'a pas pu être écrit ({detail}). Choisissez un autre dossier.",
    paper_out: "L'imprimante {} n'a plus de papier. Mettez un rouleau, fermez le capot, puis réimprimez.",
    cover_open: "Le capot de l'imprimante {} est ouvert. Fermez-le, puis réimprimez.",
    offline: "L'imprimante {} est hors ligne. Regardez son voyant, remettez-la en ligne, puis réimprimez.",
    cutter_stuck: "Le couteau de l'imprimante {} est bloqué. Éteignez-la, retirez le papier coincé, rallumez-la, puis réimprimez.",
    too_hot: "La tête de l'imprimante {} est trop chaude. Attendez une minute, puis réimprimez.",
    broken: "L'imprimante {} signale une panne. Éteignez-la et rallumez-la\u{a0}; si cela dure, prenez-en une autre.",
    stalled: "L'imprimante {} n'accepte plus rien au milieu du travail. Regardez le papier et le capot, puis réimprimez.",
    hung_up: "L'imprimante {} a coupé la liaison au milieu du travail. Vérifiez le câble, puis réimprimez.",
    interrupted: "Le programme s'est arrêté pendant l'envoi à {}. Regardez ce qui est sorti, puis réimprimez.",
    not_drawn: "Ce document ne peut pas être préparé pour l'imprimante {}. Choisissez une autre imprimante dans les réglages, puis réimprimez.",
    began: "Une partie est peut-être déjà sortie\u{a0}: retirez-la\u{a0}; la réimpression portera DUPLICATA.",
};

static EN: Texts = Texts {
    not_there: "The printer {} does not answer. Check that it is switched on and its cable is in, then print again.",
    unknown_name: "The network does not know the name of the printer {}. Correct its address in the settings.",
    no_device: "There is no device at {}. Plug the printer in, or choose another one in the settings.",
    not_allowed: "This computer's user may not write to {}. Add the user to the group lp, then log in again.",
    no_queue: "There is no print queue {}. Choose one from `door print list`.",
    queue_stopped: "The print queue {} is stopped. Start it again in this computer's printer settings, then print again.",
    no_cups: "This computer has no CUPS, so {} can't be used. Install the package cups-client, or choose a network printer.",
    file: "The file {} could not be written ({detail}). Choose another folder.",
    paper_out: "The printer {} is out of paper. Put in a roll, close the cover, then print again.",
    cover_open: "The cover of the printer {} is open. Close it, then print again.",
    offline: "The printer {} is offline. Look at its light, put it back online, then print again.",
    cutter_stuck: "The knife of the printer {} is stuck. Switch it off, take out the jammed paper, switch it on, then print again.",
    too_hot: "The head of the printer {} is too hot. Wait a minute, then print again.",
    broken: "The printer {} reports a fault. Switch it off and on; if that doesn't help, use another one.",
    stalled: "The printer {} stopped taking data in the middle of the job. Look at paper and cover, then print again.",
    hung_up: "The printer {} hung up in the middle of the job. Check its cable, then print again.",
    interrupted: "The program ended while it was sending to {}. Look at what came out, then print again.",
    not_drawn: "This document can't be made for the printer {}. Choose another printer in the settings, then print again.",
    began: "Part of it may have come out: take it away; the next print will say DUPLICATE.",
};

static ES: Texts = Texts {
    not_there: "La impresora {} no responde. Compruebe que está encendida y su cable conectado, y vuelva a imprimir.",
    unknown_name: "La red no conoce el nombre de la impresora {}. Corrija su dirección en los ajustes.",
    no_device: "No hay ningún dispositivo en {}. Conecte la impresora o elija otra en los ajustes.",
    not_allowed: "Este equipo no puede escribir en {}. Añada el usuario al grupo lp y vuelva a iniciar sesión.",
    no_queue: "No existe la cola de impresión {}. Elija una con «door print list».",
    queue_stopped: "La cola de impresión {} está detenida. Reactívela en los ajustes de impresoras del equipo y vuelva a imprimir.",
    no_cups: "Este equipo no tiene CUPS y {} no puede usarse. Instale el paquete cups-client o elija una impresora de red.",
    file: "No se pudo escribir el archivo {} ({detail}). Elija otra carpeta.",
    paper_out: "La impresora {} no tiene papel. Ponga un rollo, cierre la tapa y vuelva a imprimir.",
    cover_open: "La tapa de la impresora {} está abierta. Ciérrela y vuelva a imprimir.",
    offline: "La impresora {} está fuera de línea. Mire su piloto, póngala en línea y vuelva a imprimir.",
    cutter_stuck: "La cuchilla de la impresora {} está atascada. Apáguela, retire el papel, enciéndala y vuelva a imprimir.",
    too_hot: "El cabezal de la impresora {} está demasiado caliente. Espere un minuto y vuelva a imprimir.",
    broken: "La impresora {} señala una avería. Apáguela y enciéndala; si persiste, use otra.",
    stalled: "La impresora {} dejó de aceptar datos a mitad del trabajo. Mire el papel y la tapa y vuelva a imprimir.",
    hung_up: "La impresora {} cortó la conexión a mitad del trabajo. Compruebe el cable y vuelva a imprimir.",
    interrupted: "El programa terminó mientras enviaba a {}. Mire lo que salió y vuelva a imprimir.",
    not_drawn: "Este documento no puede prepararse para la impresora {}. Elija otra impresora en los ajustes y vuelva a imprimir.",
    began: "Puede que una parte ya haya salido: retírela; la nueva impresión dirá DUPLICADO.",
};

static DE: Texts = Texts {
    not_there: "Der Drucker {} antwortet nicht. Prüfen Sie, ob er eingeschaltet und angeschlossen ist, und drucken Sie erneut.",
    unknown_name: "Das Netz kennt den Namen des Druckers {} nicht. Berichtigen Sie die Adresse in den Einstellungen.",
    no_device: "Unter {} ist kein Gerät. Schließen Sie den Drucker an oder wählen Sie einen anderen in den Einstellungen.",
    not_allowed: "Dieser Benutzer darf nicht auf {} schreiben. Nehmen Sie ihn in die Gruppe lp auf und melden Sie sich neu an.",
    no_queue: "Die Druckwarteschlange {} gibt es nicht. Wählen Sie eine aus „door print list“.",
    queue_stopped: "Die Druckwarteschlange {} ist angehalten. Starten Sie sie in den Druckereinstellungen des Rechners und drucken Sie erneut.",
    no_cups: "Dieser Rechner hat kein CUPS, {} kann nicht benutzt werden. Installieren Sie das Paket cups-client oder wählen Sie einen Netzwerkdrucker.",
    file: "Die Datei {} konnte nicht geschrieben werden ({detail}). Wählen Sie einen anderen Ordner.",
    paper_out: "Der Drucker {} hat kein Papier. Legen Sie eine Rolle ein, schließen Sie den Deckel und drucken Sie erneut.",
    cover_open: "Der Deckel des Druckers {} ist offen. Schließen Sie ihn und drucken Sie erneut.",
    offline: "Der Drucker {} ist offline. Sehen Sie auf seine Anzeige, schalten Sie ihn online und drucken Sie erneut.",
    cutter_stuck: "Das Messer des Druckers {} klemmt. Schalten Sie ihn aus, entfernen Sie das Papier, schalten Sie ihn ein und drucken Sie erneut.",
    too_hot: "Der Kopf des Druckers {} ist zu heiß. Warten Sie eine Minute und drucken Sie erneut.",
    broken: "Der Drucker {} meldet einen Fehler. Schalten Sie ihn aus und ein; hilft das nicht, nehmen Sie einen anderen.",
    stalled: "Der Drucker {} nimmt mitten im Auftrag nichts mehr an. Sehen Sie nach Papier und Deckel und drucken Sie erneut.",
    hung_up: "Der Drucker {} hat mitten im Auftrag aufgelegt. Prüfen Sie das Kabel und drucken Sie erneut.",
    interrupted: "Das Programm endete, während es an {} sendete. Sehen Sie nach, was herauskam, und drucken Sie erneut.",
    not_drawn: "Dieses Dokument lässt sich für den Drucker {} nicht erstellen. Wählen Sie in den Einstellungen einen anderen Drucker und drucken Sie erneut.",
    began: "Ein Teil kam vielleicht schon heraus: Nehmen Sie ihn weg; der nächste Druck trägt DUPLIKAT.",
};

static IT: Texts = Texts {
    not_there: "La stampante {} non risponde. Controlli che sia accesa e il cavo collegato, poi ristampi.",
    unknown_name: "La rete non conosce il nome della stampante {}. Corregga l'indirizzo nelle impostazioni.",
    no_device: "Nessun dispositivo a {}. Colleghi la stampante o ne scelga un'altra nelle impostazioni.",
    not_allowed: "Questo utente non può scrivere su {}. Lo aggiunga al gruppo lp e riapra la sessione.",
    no_queue: "La coda di stampa {} non esiste. Ne scelga una con «door print list».",
    queue_stopped: "La coda di stampa {} è ferma. La riavvii nelle impostazioni stampanti del computer, poi ristampi.",
    no_cups: "Questo computer non ha CUPS e {} non si può usare. Installi il pacchetto cups-client o scelga una stampante di rete.",
    file: "Il file {} non si è potuto scrivere ({detail}). Scelga un'altra cartella.",
    paper_out: "La stampante {} è senza carta. Metta un rotolo, chiuda il coperchio, poi ristampi.",
    cover_open: "Il coperchio della stampante {} è aperto. Lo chiuda, poi ristampi.",
    offline: "La stampante {} è fuori linea. Guardi la spia, la rimetta in linea, poi ristampi.",
    cutter_stuck: "La taglierina della stampante {} è bloccata. La spenga, tolga la carta, la riaccenda, poi ristampi.",
    too_hot: "La testina della stampante {} è troppo calda. Aspetti un minuto, poi ristampi.",
    broken: "La stampante {} segnala un guasto. La spenga e la riaccenda; se continua, ne usi un'altra.",
    stalled: "La stampante {} non accetta più dati a metà del lavoro. Guardi carta e coperchio, poi ristampi.",
    hung_up: "La stampante {} ha interrotto il collegamento a metà del lavoro. Controlli il cavo, poi ristampi.",
    interrupted: "Il programma si è chiuso durante l'invio a {}. Guardi che cosa è uscito, poi ristampi.",
    not_drawn: "Questo documento non può essere preparato per la stampante {}. Scelga un'altra stampante nelle impostazioni, poi ristampi.",
    began: "Una parte forse è già uscita: la tolga; la ristampa porterà DUPLICATO.",
};
