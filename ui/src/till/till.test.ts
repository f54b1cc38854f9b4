import { describe, expect, test } from "vitest";
import { button, FakeWindow, pageOfAFakeWindow, press, seen, text, type } from "../fake-window";
import * as sample from "../samples";
import type { TillKey, TillScreen, TillView } from "../schema";
import { keyOf } from "./desk";
import { euros, screens, tillAt } from "./samples";

const page = pageOfAFakeWindow();

function open(view: TillView, of: FakeWindow = page) {
  of.tell(
    { news: "overview", of: sample.overview({ screen: "till", time_zone: "Europe/Paris" }) },
    { news: "till", of: view },
  );
}

const strike = (key: string, code = key, target: Element = document.body, repeat = false) => {
  const event = new KeyboardEvent("keydown", { key, code, repeat, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
};

const acts = () => page.asked.filter(([command]) => command === "till_act").map(([, args]) => args.act);
const keys = () => page.asked.filter(([command]) => command === "till_press").map(([, args]) => args.key);

describe("the sale", () => {
  test("says who sells, since when, and how much it is", () => {
    open(screens.sale!);
    expect(text(".door-where")).toBe("Guichet 2 Nadia, caisse ouverte à 18:02");
    expect(text(".total")).toContain("92,00 €");
    expect(text(".till-right")).toContain("Voir : Pièce d’identité");
  });

  test("a touch asks for what the key shows", async () => {
    open(screens.sale!);
    button("3 Balcon, assis").click();
    await seen(() => expect(page.asked.at(-1)).toEqual(["till_act", { step: 7, act: { on: "sale", act: { do: "add", type_no: 3 } } }]));
  });

  test("tells what the till knows of itself and what only the network knows apart", () => {
    open(screens.sale!);
    expect(text(".key-rate")).toContain("reste 86, et 240 en ligne");
    expect(button("9 Carré or").disabled).toBe(true);
    expect(text(".key-rate:last-child")).toContain("Complet");
  });

  test("without a network a type that is sold out here is asked for at the other tills", async () => {
    const sale = screens.sale!.screen as Extract<TillScreen, { at: "sale" }>;
    const keys = sale.keys.map((key) => ({ ...key, common_left: null }));
    const shows = sale.shows.map((show) => ({ ...show, lent: [{ till: "Guichet 2", places: 6 }] }));
    open({ ...screens.sale!, screen: { ...sale, keys, shows } });
    expect(text(".key-rate:last-child")).toContain("Voir les autres caisses");
    expect(text(".till-left")).toContain("6 places en prêt de Guichet 2, réseau coupé.");
    button("9 Carré or").click();
    await seen(() => expect(acts()).toEqual([{ on: "sale", act: { do: "add", type_no: 9 } }]));
  });

  test("a group is typed as a number", async () => {
    open(screens.sale!);
    press("2 × Fosse, debout");
    type("[role=dialog] input", "3");
    const pad = [...document.querySelectorAll<HTMLButtonElement>("[role=dialog] .key")];
    pad.find((one) => one.textContent === "2")!.click();
    press("Mettre ce nombre");
    await seen(() => expect(acts()).toEqual([{ on: "sale", act: { do: "set", line: 0, quantity: 32 } }]));
    expect(document.querySelector("[role=dialog]")).toBeNull();
  });

  test("what was refused is said with what to do", () => {
    open({ ...screens.sale!, refusal: "nothing_left" });
    expect(text(".refusal[role=alert]")).toBe("Il n’en reste plus pour cette caisse. Proposez un autre tarif.");
  });

  test("what a promo code takes off is said for the cart and on each line, and it can be taken out", async () => {
    open(screens["sale-code"]!);
    expect(text(".till-right")).toContain("NOEL10 −20 %");
    expect(text(".line")).toContain("NOEL10 −13,60 €");
    expect(text(".total")).toContain("78,40 €");
    press("Retirer le code");
    await seen(() => expect(acts()).toEqual([{ on: "sale", act: { do: "no_code" } }]));
  });

  test("a promo code is typed or read, and its refusal says what to do", async () => {
    open(screens["sale-code-asked"]!);
    expect(text("[role=dialog] [role=alert]")).toContain("vendez sans code");
    type("[role=dialog] input", "noel10");
    press("Appliquer");
    await seen(() => expect(acts()).toEqual([{ on: "sale", act: { do: "code_is", code: "noel10" } }]));
  });

  test("a code that went out with the cart's change is said, and is there to be put back", () => {
    open(screens["sale-code-out"]!);
    expect(text(".till-right [role=status]")).toBe("NOEL10 est retiré : le panier a changé. F10 le remet.");
    const sale = screens["sale-code-out"]!.screen as Extract<TillScreen, { at: "sale" }>;
    open({ ...screens["sale-code-out"]!, screen: { ...sale, asking_code: true } });
    expect(document.querySelector<HTMLInputElement>("[role=dialog] input")!.value).toBe("NOEL10");
  });

  test("with nothing to pay nobody is asked how they pay", () => {
    open(screens["sale-free"]!);
    expect(text(".pay-keys")).toContain("Émettre les billets");
    expect(text(".pay-keys")).not.toContain("Carte");
  });
});

describe("keys", () => {
  test("are the till's, each for the step that was shown", async () => {
    open(screens.sale!);
    strike("&", "Digit1");
    strike("F1");
    await seen(() =>
      expect(page.asked.filter(([command]) => command === "till_press")).toEqual([
        ["till_press", { step: 7, key: { key: "digit", digit: 1 } }],
        ["till_press", { step: 7, key: { key: "function", no: 1 } }],
      ]),
    );
  });

  test("go one after the other, and what the last one led to is shown", async () => {
    const answers: ((view: TillView) => void)[] = [];
    page.answers.till_press = () => new Promise((answer) => answers.push(answer));
    open(screens.sale!);
    strike("1", "Digit1");
    strike("F1");
    await seen(() => expect(answers).toHaveLength(1));
    answers[0]!(screens.sale!);
    await seen(() => expect(answers).toHaveLength(2));
    answers[1]!(screens.payment!);
    await seen(() => expect(text(".change")).toContain("8,00 €"));
  });

  test("bring back nothing older than what the till has told of meanwhile", async () => {
    const answers: ((view: TillView) => void)[] = [];
    page.answers.till_press = () => new Promise((answer) => answers.push(answer));
    open(screens.sale!);
    strike("1", "Digit1");
    await seen(() => expect(answers).toHaveLength(1));
    open(screens.payment!);
    answers[0]!(screens.sale!);
    strike("F1");
    await seen(() => expect(answers).toHaveLength(2));
    expect(text(".change")).toContain("8,00 €");
  });

  test("held down are one stroke", async () => {
    open(screens.payment!);
    strike("Enter");
    const held = strike("Enter", "Enter", document.body, true);
    expect(held.defaultPrevented).toBe(true);
    await seen(() => expect(keys()).toEqual([{ key: "enter" }]));
  });

  test("leave a field alone, but for those that no field has", async () => {
    open(screens.count!);
    const field = document.querySelector("input")!;
    strike("5", "Digit5", field);
    strike("Escape", "Escape", field);
    await seen(() => expect(keys()).toEqual([{ key: "escape" }]));
  });

  test("of a dialog are the dialog's, but for the digits of what it lists", async () => {
    open(screens["sale-reason"]!);
    const dialog = document.querySelector("[role=dialog]")!;
    strike("2", "Digit2", dialog);
    expect(strike("F5", "F5", dialog).defaultPrevented).toBe(true);
    await seen(() => expect(keys()).toEqual([{ key: "digit", digit: 2 }]));
  });

  test("press what was reached by them", async () => {
    open(screens.payment!);
    strike("Enter", "Enter", button("Compléter autrement"));
    strike("F5");
    await seen(() => expect(keys()).toEqual([{ key: "function", no: 5 }]));
  });

  test.each<[string, string, TillKey | null]>([
    ["é", "Digit2", { key: "digit", digit: 2 }],
    ["7", "Numpad7", { key: "digit", digit: 7 }],
    ["+", "NumpadAdd", { key: "plus" }],
    ["-", "NumpadSubtract", { key: "minus" }],
    ["F12", "F12", { key: "function", no: 12 }],
    ["a", "KeyQ", null],
  ])("%s at %s", (key, code, meant) => expect(keyOf({ key, code })).toEqual(meant));
});

describe("the money", () => {
  test("is told as amount, given and change, and a quick key is a note", async () => {
    open(screens.payment!);
    for (const told of ["À payer, 3 places", "92,00 €", "Donné", "100,00 €"]) expect(text(".cash-due")).toContain(told);
    for (const told of ["À rendre", "8,00 €", "1 × 5 €"]) expect(text(".change")).toContain(told);
    button("95 €").click();
    await seen(() => expect(acts()).toEqual([{ on: "payment", act: { do: "give", minor: 9500 } }]));
  });

  test("of a card is confirmed or refused by the clerk", async () => {
    open(screens["payment-card"]!);
    expect(text(".change")).toBe("Tapez ce montant sur le terminal 92,00 €");
    press("Carte refusée");
    press("Carte acceptée");
    await seen(() =>
      expect(acts()).toEqual([
        { on: "payment", act: { do: "card_refused" } },
        { on: "payment", act: { do: "take" } },
      ]),
    );
  });

  test("that was taken can be given back, a refused card cannot", async () => {
    open(screens["payment-means"]!);
    expect(text(".taken")).toContain("Carte, refusée");
    expect(document.querySelectorAll(".taken button")).toHaveLength(1);
    press("Rendre : Chèque-vacances");
    await seen(() => expect(acts()).toEqual([{ on: "payment", act: { do: "give_back", part: 1 } }]));
  });

  test("taken for a sale that is not written yet is never out of sight", () => {
    open(screens["payment-unsold"]!);
    expect(text(".refusal")).toContain("Le disque est plein");
    expect(text("main")).toContain("Réessayer la vente");
    expect(text(".taken")).toContain("92,00 €");
  });
});

test("a print that failed is said, and tried again", async () => {
  open(screens["done-failed"]!);
  expect(text("[role=alert]")).toContain("La vente est faite");
  press("Réimprimer");
  await seen(() => expect(acts()).toEqual([{ on: "done", act: { do: "print_again" } }]));
});

test("whoever sells says who they are by a PIN", async () => {
  page.answers.till_log_in = () => screens.open!;
  open(screens["log-in"]!);
  press("Nadia Benali");
  for (const digit of "4711") press(digit);
  press("Ouvrir");
  await seen(() => expect(page.asked.at(-1)).toEqual(["till_log_in", { person: "p1", pin: "4711" }]));
  await seen(() => expect(text("main h2")).toBe("Fond de caisse"));
});

test("a wrong PIN is said", async () => {
  page.answers.till_log_in = () => Promise.reject({ code: "wrong_pin", detail: "" });
  open(screens["log-in"]!);
  press("Nadia Benali");
  press("1");
  press("Ouvrir");
  await seen(() => expect(text("main [role=alert]")).toBe("Ce n’est pas le bon code. Réessayez."));
});

describe("the drawer", () => {
  test("is counted by value, and says nothing of what should be there", async () => {
    open(screens.count!);
    expect(text("main")).not.toContain("Attendu");
    const field = document.querySelector<HTMLInputElement>("[aria-label='Nombre de 20 €'], [aria-label='Nombre de 20\u00a0€']")!;
    field.value = "22x";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await seen(() => expect(acts()).toEqual([{ on: "shift", act: { do: "count", value: 2000, count: 22 } }]));
  });

  test("says what is missing only once it is counted", () => {
    open(screens.compare!);
    expect(text(".gap")).toBe("Écart de caisse −2,00 € Il manque 2,00 € dans le tiroir.");
    open(screens.closed!);
    expect(text(".side")).toContain("Z n° 12 enregistré");
    expect(text(".side")).toContain("Le compte est juste.");
  });
});

test("tickets are taken back only after a second look", async () => {
  open(screens["past-sale"]!);
  press("Rembourser : Espèces");
  expect(text("[role=dialog]")).toContain("Rembourser 34,00 € ?");
  expect(acts()).toEqual([]);
  [...document.querySelectorAll<HTMLButtonElement>("[role=dialog] .btn-main")][0]!.click();
  await seen(() => expect(acts()).toEqual([{ on: "past", act: { do: "refund", reason: "guest", means: { by: "cash" } } }]));
});

describe("what went wrong", () => {
  test("a paper that did not come out is said on any screen, with what to do", async () => {
    open(screens.unprinted!);
    expect(text(".unprinted[role=alert]")).toContain("Billets du reçu n° 1203 Plus de papier");
    expect(text(".unprinted")).toContain("1 autre impression attend");
    press("Réimprimer");
    await seen(() => expect(acts()).toEqual([{ on: "paper", act: { do: "again", job: 4 } }]));
  });

  test("what may be on paper is printed again as a duplicate, or is there", async () => {
    open({ ...screens.unprinted!, unprinted: [screens.unprinted!.unprinted[1]!] });
    expect(button("Imprimer un duplicata")).toBeDefined();
    press("C’est imprimé");
    await seen(() => expect(acts()).toEqual([{ on: "paper", act: { do: "let_be", job: 9 } }]));
  });

  test("money of a sale that was never made goes back", async () => {
    open(screens.interrupted!);
    expect(text(".notice[role=alert]")).toContain("Carte 34,00 €");
    press("C’est rendu");
    await seen(() => expect(acts()).toEqual([{ on: "given_back" }]));
  });
});

test("a receipt is printed for who asks, once", async () => {
  open(screens.done!);
  press("Imprimer le reçu");
  await seen(() => expect(acts()).toEqual([{ on: "done", act: { do: "receipt" } }]));
});

describe("printers", () => {
  const set = { tickets: { address: "tcp:192.168.1.60", speaks: "zpl:300" }, papers: null };

  test("are set up at the till, and tried with a specimen", async () => {
    page.answers = { printers: () => set, found_printers: () => ({ addresses: ["cups:Bureau"] }), test_print: () => "imprimé" };
    open(screens.sale!);
    press("Réglages");
    await seen(() => expect(document.querySelector<HTMLInputElement>("#printer-tickets")!.value).toBe("tcp:192.168.1.60"));
    press("Imprimer un spécimen");
    await seen(() => expect(text("form:has(#printer-tickets) [role=status]")).toBe("imprimé"));
    type("#printer-papers", "cups:Bureau");
    document.querySelector<HTMLFormElement>("form:has(#printer-papers)")!.requestSubmit();
    const printer = { address: "cups:Bureau", speaks: "escpos:80:wpc1252:picture" };
    await seen(() => expect(page.asked).toContainEqual(["set_printer", { of: "papers", printer }]));
  });
});

test("another screen takes the till's away", () => {
  open(tillAt({ at: "menu" }));
  expect(text("main h2")).toBe("Caisse");
  page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places, till: "no" }) });
  open(screens.sale!);
  expect(text(".total")).toContain("92,00 €");
  expect(euros(0.1).minor).toBe(10);
});

describe("an exchange", () => {
  test("says what comes back and what is left to pay, and the guest may keep the tickets", async () => {
    open(screens["exchange-more"]!);
    expect(text(".free")).toContain("Échange du reçu n° 1203");
    expect(text(".total")).toContain("Billets repris−34,00 €");
    expect(text(".total")).toContain("Reste à payer8,00 €");
    for (const name of [/Mettre en attente/, /Caisse/]) {
      const key = [...document.querySelectorAll<HTMLButtonElement>(".funcs .btn")].find((one) => name.test(one.textContent ?? ""));
      expect(key?.disabled).toBe(true);
    }
    press("Annuler l’échange");
    await seen(() => expect(acts()).toEqual([{ on: "sale", act: { do: "no_exchange" } }]));
  });

  test("asks by what a difference goes back, and says that it went", async () => {
    open(screens["exchange-back"]!);
    expect(text(".change")).toBe("À rendre 10,00 €");
    press("Rendre : Espèces");
    await seen(() => expect(acts()).toEqual([{ on: "payment", act: { do: "return", means: { by: "cash" } } }]));
    open(screens["exchange-done"]!);
    expect(text(".hand")).toContain("Reçu n° 1203 échangé");
    expect(text(".hand")).toContain("10,00 €");
  });

  test("begins with the tickets that are marked", async () => {
    open(screens["past-sale"]!);
    press("Échanger contre d’autres places");
    await seen(() => expect(acts()).toEqual([{ on: "past", act: { do: "exchange" } }]));
  });
});

describe("orders of the store", () => {
  test("are looked for by what was typed, and without the server it is said what is enough", async () => {
    open(screens["collect-offline"]!);
    expect(text(".refusal[role=alert]")).toContain("Le billet sur le téléphone suffit à la porte");
    type("[name=order]", "  camille ");
    press("Chercher");
    await seen(() => expect(acts()).toEqual([{ on: "collect", act: { do: "find", text: "camille" } }]));
  });

  test("are printed by one touch, and once more only after it was asked", async () => {
    open(screens["collect-order"]!);
    press("Imprimer les billets");
    await seen(() => expect(acts()).toEqual([{ on: "collect", act: { do: "hand_out" } }]));
    open(screens["collect-before"]!);
    expect(text(".collect")).toContain("Déjà retirée le samedi 28 novembre, 19:12, à la caisse");
    press("Imprimer un duplicata");
    expect(acts()).toHaveLength(1);
    const again = [...document.querySelectorAll<HTMLButtonElement>("[role=dialog] .btn-main")];
    again[0]!.click();
    await seen(() => expect(acts().at(-1)).toEqual({ on: "collect", act: { do: "duplicate" } }));
  });

  test("that are reserved show until when and what is to be paid, and are paid by one touch", async () => {
    open(screens["collect-reserved"]!);
    expect(text(".collect")).toContain("Réservée jusqu’au samedi 28 novembre, 19:30");
    expect(text(".collect .sum")).toContain("92,00");
    press("Encaisser");
    await seen(() => expect(acts()).toEqual([{ on: "collect", act: { do: "take_over" } }]));
    open(screens["collect-reserved-offline"]!);
    expect(text(".refusal[role=alert]")).toContain("rien n’est fait");
    open(screens["collect-taken-over"]!);
    expect(text(".collect")).toContain("Prise en charge le samedi 28 novembre, 19:12, à la caisse");
    expect([...document.querySelectorAll(".collect button")].map((key) => key.textContent)).not.toContain("Encaisser");
  });
});
