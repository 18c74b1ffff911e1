// The views of the content page beside the list of articles, in the order of their tabs. Each is shown in an element of its own:
// show(element, {place, go, open(file, line), listed, changed}) is called whenever its tab is gone to; place: what stands in the address.

import { showHits } from "./content-hits.js";

export const VIEWS = {
  hits: (element, { place, open }) => showHits(element, { open, asked: place.q ?? "" }),
};
