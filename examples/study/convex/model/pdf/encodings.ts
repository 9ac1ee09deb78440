/** What the bytes from 128 on mean in the encodings of simple fonts. Written out: not every runtime's `TextDecoder` knows them. */
import { UNKNOWN } from "./unreadable";

/** 0x80 to 0x9f; the rest is as in Unicode. */
const WINDOWS = "€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ";

/** 0x80 to 0xff. */
const MACINTOSH =
  "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

export type Encoding = (code: string) => string;

export const windows1252: Encoding = (code) => (code < "\x80" || code > "\x9f" ? code : (WINDOWS[code.charCodeAt(0) - 0x80] ?? UNKNOWN));

export const macRoman: Encoding = (code) => (code < "\x80" ? code : (MACINTOSH[code.charCodeAt(0) - 0x80] ?? UNKNOWN));
