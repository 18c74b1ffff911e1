// The views of the content page beside the list of articles, in the order of their tabs. Each is shown in an element of its own:
// show(element, {place, go, open(file, line), listed, changed}) is called whenever its tab is gone to; place: what stands in the address.

import { showGaps } from "./content-gaps.js";
import { showGolden } from "./content-golden.js";
import { showConflicts } from "./content-conflicts.js";
import { showHits } from "./content-hits.js";
import { showImpact } from "./content-impact.js";
import { showImport } from "./content-import.js";

export const VIEWS = {
  conflicts: (element, place) => showConflicts(element, place),
  hits: (element, { place, open }) => showHits(element, { open, asked: place.q ?? "" }),
  gaps: (element, place) => showGaps(element, place),
  impact: (element, place) => showImpact(element, place),
  golden: (element, place) => showGolden(element, place),
  import: (element, place) => showImport(element, place),
};
