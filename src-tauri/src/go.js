(place) => {
  const before = location.href;
  location.hash = place;
  // The same link opened again changes no address, and leads to its moment all the same.
  if (location.href === before) dispatchEvent(new HashChangeEvent("hashchange"));
}
