// A page that came back with faults says so in its title, which is what is read out first.
export function titleFaults(): void {
  const prefix = document.body.dataset["fault"] ?? "";
  const isFaulty = document.querySelector(".summary[role=alert], .banner[role=alert]") !== null;
  const isSaid = document.title.startsWith(prefix);
  if (isFaulty && !isSaid) document.title = `${prefix} ${document.title}`;
  if (!isFaulty && isSaid && prefix) document.title = document.title.slice(prefix.length + 1);
}
