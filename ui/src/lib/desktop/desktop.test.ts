import { expect, test } from "vitest";
import en from "../../../messages/en.json";
import { TOPICS, withTopic } from "./desktop";

test("a topic is muted once and told again", () => {
  expect(withTopic([], "calls", false)).toEqual(["calls"]);
  expect(withTopic(["calls"], "calls", false)).toEqual(["calls"]);
  expect(withTopic(["calls", "digest"], "calls", true)).toEqual(["digest"]);
});

test("every topic has a name", () => {
  for (const topic of TOPICS) expect(en).toHaveProperty([`desktop.topic_${topic}`]);
});
