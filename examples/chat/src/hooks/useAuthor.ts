/** The nickname under which this browser writes. */
import { useState } from "react";
import { browserStorage, readStored, writeStored } from "../lib/storage";

const STORAGE_KEY = "brook.author";
const ADJECTIVES = ["Quiet", "Bright", "Gentle", "Swift", "Patient", "Curious", "Merry", "Bold"];
const ANIMALS = ["Otter", "Heron", "Kingfisher", "Trout", "Dragonfly", "Beaver", "Dipper", "Minnow"];

/** A nickname is never empty: a first visit gets one that can be changed. */
export function useAuthor(): [string, (author: string) => void] {
  const [author, setAuthor] = useState(loadAuthor);
  const changeAuthor = (next: string) => {
    setAuthor(next);
    writeStored(browserStorage, STORAGE_KEY, next);
  };
  return [author, changeAuthor];
}

function loadAuthor(): string {
  const stored = readStored(browserStorage, STORAGE_KEY);
  if (stored !== null && stored.trim() !== "") return stored;
  const invented = `${anyOf(ADJECTIVES)} ${anyOf(ANIMALS)}`;
  writeStored(browserStorage, STORAGE_KEY, invented);
  return invented;
}

function anyOf(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)]!;
}
