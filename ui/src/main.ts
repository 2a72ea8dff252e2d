import "./styles/app.css";

import { mount } from "svelte";
import App from "./App.svelte";
import Outside from "./Outside.svelte";
import { openHost } from "$lib/host/open";
import { useLanguage } from "$lib/i18n/words.svelte";
import { firstLanguage, firstTheme } from "$lib/stores/settings.svelte";

document.documentElement.dataset.theme = firstTheme();
useLanguage(firstLanguage());

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has an element #app");

const host = await openHost();
if (host === null) mount(Outside, { target });
else mount(App, { target, props: { host } });
