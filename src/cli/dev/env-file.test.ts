import { describe, expect, test } from "vitest";
import { commentOut, readVariable, setVariables } from "./env-file.js";
import { urlVariables } from "./framework.js";

describe("CL-33: .env files", () => {
  test.each([
    ["A=1", "1"],
    ["A = 1 # one", "1"],
    ["export A=1", "1"],
    ["A='x#y'", "x#y"],
    ['A="x y" # z', "x y"],
    ["A=", ""],
    ["A=1\nA=2", "2"],
    ["AB=1\n# A=2", undefined],
  ])("%j: A is %j", (content, value) => {
    expect(readVariable(content, "A")).toBe(value);
  });

  test("a line is replaced where it stands; others stay, byte for byte", () => {
    expect(setVariables("# head\n  B='b'\nA=1 # one\nC=3", { A: "2", D: "x|y" })).toBe("# head\n  B='b'\nA=2\nC=3\nD='x|y'\n");
  });

  test("nothing changes where the value is there already", () => {
    expect(setVariables("A='1'   # kept", { A: "1" })).toBe("A='1'   # kept");
  });

  test("a line can be set aside", () => {
    expect(commentOut("A=1\nB=2\n", "A", "why")).toBe("# A=1 # why\nB=2\n");
  });
});

test.each([
  [[], "CONVEX_URL"],
  [["vite"], "VITE_CONVEX_URL"],
  [["next", "vite"], "NEXT_PUBLIC_CONVEX_URL"],
  [["@sveltejs/kit", "vite"], "PUBLIC_CONVEX_URL"],
  [["react-scripts"], "REACT_APP_CONVEX_URL"],
  [["expo"], "EXPO_PUBLIC_CONVEX_URL"],
])("CL-33: with %j the front end reads %s", (dependencies, name) => {
  expect(urlVariables(new Set(dependencies)).url).toBe(name);
});
