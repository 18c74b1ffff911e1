// Shows the misses of one kind, language or cause. Without it every miss is shown.
(() => {
  const filters = document.getElementById("filters");
  if (!filters) return;
  const choices = [...filters.querySelectorAll("select")];
  const misses = [...document.querySelectorAll(".miss")];
  const fits = (miss, choice) => !choice.value || (choice.dataset.by === "causes" ? miss.dataset.causes.split(" ") : [miss.dataset[choice.dataset.by]]).includes(choice.value);
  const show = () => {
    let shown = 0;
    for (const miss of misses) {
      miss.hidden = !choices.every((choice) => fits(miss, choice));
      shown += !miss.hidden;
    }
    document.getElementById("shown").textContent = String(shown);
    document.getElementById("none").hidden = shown > 0;
  };
  filters.hidden = false;
  filters.addEventListener("change", show);
  show();
})();
