// Imports in the browser: the upload with its progress, the drawing of what a file holds or changes, the waiting for
// a job. Every page works without this; it adds what a plain form cannot show.

import { draw } from "./drawing.ts";
import { upload } from "./upload.ts";
import { watchAudit, watchJob } from "./waiting.ts";

const form = document.querySelector<HTMLFormElement>("#upload");
if (form) upload(form);

const drawing = document.querySelector<HTMLElement>("#drawing");
if (drawing) void draw(drawing);

const working = document.querySelector<HTMLElement>("#working");
if (working) watchJob(working);

const audit = document.querySelector<HTMLElement>("#audit[data-state]");
if (audit) watchAudit(audit);
