// Numbers, lists and times in the screen's language. Our faces lack U+202F: U+00A0 stands for it.

/** A counted sentence: `{n}` in each of the forms that the language's plural rules choose between. */
export interface Forms {
  one?: string;
  two?: string;
  few?: string;
  other: string;
}

export function counted(language: string, forms: Forms, n: number): string {
  return chosen(forms, new Intl.PluralRules(language).select(n)).replace("{n}", number(language, n));
}

/** "2e entrée": the forms are those of ordinals. */
export function ordinal(language: string, forms: Forms, n: number): string {
  const rule = new Intl.PluralRules(language, { type: "ordinal" }).select(n);
  return chosen(forms, rule).replace("{n}", number(language, n));
}

function chosen(forms: Forms, rule: Intl.LDMLPluralRule): string {
  return (rule === "zero" || rule === "many" ? undefined : forms[rule]) ?? forms.other;
}

export function number(language: string, n: number, digits = 0): string {
  return ours(new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(n));
}

/** 0.75 is 75 %. */
export function percent(language: string, share: number): string {
  return ours(new Intl.NumberFormat(language, { style: "percent" }).format(share));
}

/** Minor units, told with their currency. */
export function money(language: string, { minor, currency }: { minor: number; currency: string }): string {
  return amount(new Intl.NumberFormat(language, { style: "currency", currency }).format(minor / 100));
}

/** For a key: no cents where there are none. */
export function roundMoney(language: string, { minor, currency }: { minor: number; currency: string }): string {
  const digits = minor % 100 === 0 ? 0 : 2;
  const format = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return amount(new Intl.NumberFormat(language, format).format(minor / 100));
}

/** 550 is 5.5 %. */
export function rate(language: string, basisPoints: number): string {
  const format = { style: "percent", maximumFractionDigits: 2 } as const;
  return ours(new Intl.NumberFormat(language, format).format(basisPoints / 10_000));
}

export function listed(language: string, names: string[]): string {
  return new Intl.ListFormat(language).format(names);
}

/** The largest unit that fits, rounded down: what is free is not more than it says. */
export function bytes(language: string, n: number): string {
  const [unit, size] = n >= 1e9 ? (["gigabyte", 1e9] as const) : (["megabyte", 1e6] as const);
  return ours(new Intl.NumberFormat(language, { style: "unit", unit }).format(Math.floor(n / size)));
}

export interface TimeUnits {
  seconds: string;
  minutes: string;
  hours: string;
  days: string;
}

/** The largest unit that fits, cut off: 119 s is 1 min. */
export function age(units: TimeUnits, seconds: number): string {
  const [first] = parts(units, seconds);
  return first!;
}

/** The two largest units: 4 min 30 s. */
export function duration(units: TimeUnits, seconds: number): string {
  return parts(units, seconds).slice(0, 2).join("\u00a0");
}

function parts(units: TimeUnits, seconds: number): string[] {
  const whole = Math.max(0, Math.floor(seconds));
  const all: [number, string][] = [
    [Math.floor(whole / 86_400), units.days],
    [Math.floor(whole / 3_600) % 24, units.hours],
    [Math.floor(whole / 60) % 60, units.minutes],
    [whole % 60, units.seconds],
  ];
  const first = all.findIndex(([n]) => n > 0);
  return all.slice(first === -1 ? 3 : first).map(([n, unit]) => `${n}\u00a0${unit}`);
}

/** A minus is as wide as a digit, and stays with it. */
function amount(text: string): string {
  return ours(text).replace("-", "\u2212");
}

function ours(text: string): string {
  return text.replaceAll("\u202f", "\u00a0");
}
