/**
 * A text frame as a server sends it (RFC 6455, section 5.2): unmasked, in one piece. The library would frame each text anew
 * for each socket, in two pieces; a text for many sockets is framed once here.
 */
const FINAL_TEXT = 0x81;
/** Lengths from here on stand in two bytes behind the first, and those from 2^16 on in eight. */
const TWO_BYTES = 126;
const EIGHT_BYTES = 127;

export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headLength = length < TWO_BYTES ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = FINAL_TEXT;
  if (headLength === 2) {
    frame[1] = length;
  } else if (headLength === 4) {
    frame[1] = TWO_BYTES;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = EIGHT_BYTES;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headLength, "utf8");
  return frame;
}
