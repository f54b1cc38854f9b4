/** Of the word's drawing, in units of its face at 160 px. */
export const WORD_WIDTH = 624;
export const WORD_HEIGHT = 116;

/** The ink's width at which the word fills the drawing; its side bearings stand over. */
const MEASURE = 631;
const BEARING = 7;

/**
 * Archivo's width axis sets every word to one measure, so that its length does not shrink its letters. Found by
 * measuring; a word too short even at 125 % keeps its own length, one too long at 62 % is squeezed the rest.
 */
const STRETCH: Record<string, number> = {
  ENTREZ: 91,
  SORTEZ: 91,
  VALABLE: 79.2,
  REFUSÉ: 92.2,
  ATTENDEZ: 67.5,
  ENTER: 110,
  LEAVE: 116.2,
  VALID: 125,
  REFUSED: 78,
  WAIT: 125,
  PASE: 125,
  SALGA: 110.7,
  VÁLIDA: 102,
  DENEGADO: 62.5,
  ESPERE: 93,
  EINLASS: 84.7,
  AUSGANG: 71.7,
  GÜLTIG: 99.7,
  ABGELEHNT: 62,
  WARTEN: 84.2,
  ENTRATE: 78,
  USCITE: 100,
  VALIDO: 99.7,
  RIFIUTATO: 68.5,
  ATTENDETE: 62,
};
const OWN_LENGTH: Record<string, number> = { VALID: 609, WAIT: 525, PASE: 546 };

export interface WordMeasure {
  /** Per cent. */
  stretch: number;
  length: number;
  bearing: number;
}

export function wordMeasure(capitals: string): WordMeasure {
  return { stretch: STRETCH[capitals] ?? 62, length: OWN_LENGTH[capitals] ?? MEASURE, bearing: BEARING };
}

export function isMeasured(capitals: string): boolean {
  return capitals in STRETCH;
}
