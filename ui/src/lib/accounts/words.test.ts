import { afterEach, expect, test } from "vitest";
import { FORMS } from "../host/fake/forms";
import { useLanguage } from "../i18n/words.svelte";
import { settingHint, settingName } from "./words.svelte";

afterEach(() => useLanguage("en", []));

test("every setting that is offered has a name and a hint in the window's language", () => {
  useLanguage("de", []);
  for (const form of FORMS) {
    for (const setting of form.settings) {
      const { text, foreign } = settingHint(form.provider, setting);
      expect(foreign, `${form.provider}.${setting.key}: ${text}`).toBe(false);
      expect(settingName(setting.key), `${form.provider}.${setting.key}`).not.toBe(setting.key);
    }
  }
});
