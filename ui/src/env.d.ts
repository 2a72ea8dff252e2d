/// <reference types="vite/client" />

/** True while developing and in the browser tests: the fake host may be loaded. */
declare const __FAKE_HOST__: boolean;
