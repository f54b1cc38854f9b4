import type { Money } from "../schema";
import * as words from "./words";
import { dictionaries, type Language, type Texts } from "./texts";

/** What every screen says and counts with, in the language of the settings. */
export class Speech {
  language = $state<Language>("fr");

  get t(): Texts {
    return dictionaries[this.language];
  }

  counted(forms: words.Forms, n: number): string {
    return words.counted(this.language, forms, n);
  }

  ordinal(forms: words.Forms, n: number): string {
    return words.ordinal(this.language, forms, n);
  }

  number(n: number, digits = 0): string {
    return words.number(this.language, n, digits);
  }

  percent(share: number): string {
    return words.percent(this.language, share);
  }

  money(amount: Money): string {
    return words.money(this.language, amount);
  }

  roundMoney(amount: Money): string {
    return words.roundMoney(this.language, amount);
  }

  rate(basisPoints: number): string {
    return words.rate(this.language, basisPoints);
  }

  listed(names: string[]): string {
    return words.listed(this.language, names);
  }

  bytes(n: number): string {
    return words.bytes(this.language, n);
  }

  age(seconds: number): string {
    return words.age(this.t, seconds);
  }

  duration(seconds: number): string {
    return words.duration(this.t, seconds);
  }
}

export const speech = new Speech();
