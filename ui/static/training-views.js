// The views of the training page, in the order of their tabs. show(element, {place, go, lead}) is called whenever its tab is gone to;
// place: what stands in the address. lead: only for those who see everybody's practice.

import { showCertificates } from "./training-certificates.js";
import { showCourses } from "./training-courses.js";
import { showDrills } from "./training-drills.js";
import { showHistory } from "./training-history.js";
import { showPractise } from "./training-practise.js";
import { showProgress } from "./training-progress.js";

export const VIEWS = {
  practise: { show: showPractise },
  courses: { show: showCourses },
  history: { show: showHistory },
  progress: { show: showProgress },
  certificates: { show: showCertificates },
  drills: { show: showDrills, lead: true },
};
