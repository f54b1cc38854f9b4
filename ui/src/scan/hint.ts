import type { CameraHint } from "../schema";
import type { Texts } from "../texts/texts";

/** The line in the picture. */
export function said(hint: CameraHint, t: Texts): string {
  switch (hint.hint) {
    case "foreign":
      return t.scan.foreign;
    case "order_code":
      return t.scan.orderCode(hint.order);
    case "two_tickets":
      return t.scan.twoTickets;
    case "too_much_in_view":
      return t.scan.tooMuch;
    case "half_code":
      return t.scan.halfCode;
    case "failed":
      return `${t.scan.nobodyAdmitted} ${t.errors[hint.error.code]}`;
  }
}
