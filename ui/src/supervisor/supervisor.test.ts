import { describe, expect, test } from "vitest";
import { button, pageOfAFakeWindow, press, seen, text } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

describe("a supervisor", () => {
  const open = async (view: Partial<typeof sample.supervisors>) => {
    page.answers.supervisors = () => ({ ...sample.supervisors, ...view });
    page.scanning();
    press("Responsable");
    await seen(() => expect(text("main h2")).toBe("Responsable"));
  };

  test("says who they are and types the PIN on the pad", async () => {
    await open({});
    page.answers.unlock = () => ({ ...sample.supervisors, unlocked: sample.supervisors.people[0] });
    await seen(() => press("Inès Fournier"));
    for (const digit of "4711") press(digit);
    press("Ouvrir");
    await seen(() => expect(page.asked.at(-1)).toEqual(["unlock", { person: "p1", pin: "4711" }]));
    await seen(() => expect(text(".who")).toContain("Ouvert par Inès Fournier"));
  });

  test("who typed a wrong PIN is told so and begins anew", async () => {
    await open({});
    page.answers.unlock = () => Promise.reject({ code: "wrong_pin", detail: "" });
    await seen(() => press("Inès Fournier"));
    press("1");
    press("Ouvrir");
    await seen(() => expect(text("main [role=alert]")).toBe("Ce n’est pas le bon code. Réessayez."));
    expect(document.querySelector<HTMLInputElement>("#pin")?.value).toBe("");
  });

  test("is told in words how long no PIN is taken", async () => {
    await open({ locked_until_ms: Date.now() + 269_500, people: sample.supervisors.people.slice(0, 1) });
    await seen(() => expect(text("form .wait")).toBe("Trop d’essais. Réessayez dans 4 min 30 s."));
    expect(button("7").disabled).toBe(true);
  });

  test("signs the device off only after a second look", async () => {
    await open({ unlocked: sample.supervisors.people[0] });
    await seen(() => press("Rendre l’appareil"));
    expect(text("[role=dialog]")).toContain("effacées tout de suite");
    expect(page.asked.map(([command]) => command)).not.toContain("sign_off");
    press("Effacer et rendre");
    await seen(() => expect(page.asked.map(([command]) => command)).toContain("sign_off"));
  });

  test("hands back only where the event is strict", async () => {
    await open({ unlocked: sample.supervisors.people[0] });
    await seen(() => expect(document.querySelector(".tools")).not.toBeNull());
    expect(text(".tools")).not.toContain("Rendre les billets");
  });
});
