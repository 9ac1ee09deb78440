/** The names of glyphs that European text is made of (the Adobe Glyph List, as far as it goes here). */

const NAMES: Readonly<Record<string, string>> = {
  space: " ", exclam: "!", quotedbl: '"', numbersign: "#", dollar: "$", percent: "%", ampersand: "&", quotesingle: "'", parenleft: "(", parenright: ")",
  asterisk: "*", plus: "+", comma: ",", hyphen: "-", minus: "−", period: ".", slash: "/", colon: ":", semicolon: ";", less: "<", equal: "=", greater: ">",
  question: "?", at: "@", bracketleft: "[", backslash: "\\", bracketright: "]", asciicircum: "^", underscore: "_", grave: "`", braceleft: "{", bar: "|",
  braceright: "}", asciitilde: "~", zero: "0", one: "1", two: "2", three: "3", four: "4", five: "5", six: "6", seven: "7", eight: "8", nine: "9",
  quoteleft: "‘", quoteright: "’", quotedblleft: "“", quotedblright: "”", quotesinglbase: "‚", quotedblbase: "„", guillemotleft: "«", guillemotright: "»",
  guilsinglleft: "‹", guilsinglright: "›", endash: "–", emdash: "—", bullet: "•", ellipsis: "…", dagger: "†", section: "§", degree: "°", copyright: "©",
  registered: "®", trademark: "™", Euro: "€", sterling: "£", multiply: "×", divide: "÷", plusminus: "±", mu: "µ", periodcentered: "·", exclamdown: "¡",
  questiondown: "¿", germandbls: "ß", ae: "æ", AE: "Æ", oe: "œ", OE: "Œ", oslash: "ø", Oslash: "Ø", lslash: "ł", Lslash: "Ł", dotlessi: "ı", eth: "ð",
  thorn: "þ", ff: "ff", fi: "fi", fl: "fl", ffi: "ffi", ffl: "ffl",
};

const ACCENTS: Readonly<Record<string, string>> = {
  grave: "\u0300", acute: "\u0301", circumflex: "\u0302", tilde: "\u0303", dieresis: "\u0308", ring: "\u030a", caron: "\u030c", cedilla: "\u0327", ogonek: "\u0328",
  breve: "\u0306", macron: "\u0304", dotaccent: "\u0307", hungarumlaut: "\u030b",
};

/** Undefined where the name says nothing here. */
export function glyphText(name: string): string | undefined {
  if (/^[A-Za-z]$/.test(name)) return name;
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (known !== undefined) return known;
  const hex = /^uni([\dA-F]{4})$|^u([\dA-F]{4,5})$/.exec(name);
  if (hex !== null) return String.fromCodePoint(parseInt(hex[1] ?? hex[2]!, 16));
  const [, letter, accent] = /^([A-Za-z])([a-z]+)$/.exec(name) ?? [];
  return letter === undefined || accent === undefined || !Object.hasOwn(ACCENTS, accent) ? undefined : `${letter}${ACCENTS[accent]!}`.normalize("NFC");
}
