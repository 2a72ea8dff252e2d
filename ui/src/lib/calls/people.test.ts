import { expect, test } from "vitest";
import { initials, isNumber, named, peopleOf, shortened } from "./people";

test("the participants of a meeting are read from one text, each once", () => {
  expect(peopleOf("Ada Lovelace, Ben Okri, Ada Lovelace")).toEqual(["Ada Lovelace", "Ben Okri"]);
  expect(peopleOf(null)).toEqual([]);
  expect(peopleOf(" , ")).toEqual([]);
});

test("up to three people are named, of more the first two and how many there are besides", () => {
  expect(named(["Ada Lovelace", "Ben Okri", "Cleo Ruiz"])).toEqual({ shown: ["Ada", "Ben", "Cleo"], more: 0 });
  expect(named(["Ada Lovelace", "Ben Okri", "Cleo Ruiz", "Dan Weiss", "Eva Lind"])).toEqual({ shown: ["Ada", "Ben"], more: 3 });
  expect(named([])).toEqual({ shown: [], more: 0 });
});

test("two people with one first name are kept apart", () => {
  expect(shortened(["Ada Lovelace", "Ada Byron", "Ben Okri"])).toEqual(["Ada L.", "Ada B.", "Ben"]);
  expect(shortened(["Ada Lovelace", "Ada Lindgren"]), "one letter would not do").toEqual(["Ada Lovelace", "Ada Lindgren"]);
  expect(shortened(["Ada", "Ada Lovelace"])).toEqual(["Ada", "Ada L."]);
});

test("what is not plainly first and last name is not cut", () => {
  expect(shortened(["Dr. Chen", "Room 4 (Berlin)", "王小明", "iPad of Ben", "Anne-Marie O’Neill"])).toEqual(["Dr. Chen", "Room 4 (Berlin)", "王小明", "iPad of Ben", "Anne-Marie"]);
  expect(shortened(["ben.okri@example.com"])).toEqual(["ben.okri"]);
});

test("initials are letters of the name, not of its title or its brackets", () => {
  expect(initials("Ada Lovelace")).toBe("AL");
  expect(initials("Dr. Émile van der Berg (guest)")).toBe("ÉB");
  expect(initials("ben")).toBe("B");
  expect(initials("王小明")).toBe("王");
  expect(initials("")).toBe("?");
  expect(initials("+15550100147"), "no digit of a number is given away").toBe("#");
});

test("who dials into a meeting has a number for a name", () => {
  expect(isNumber("+1 555 010-0199")).toBe(true);
  expect(isNumber("Room 4")).toBe(false);
});
