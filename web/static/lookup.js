// A slip's QR code carries the lookup code behind the #, which browsers send to
// nobody. It goes into the field and out of the address bar at once.
'use strict';
(() => {
  function take() {
    const code = location.hash.slice(1);
    if (!/^[0-9a-z]{4}-?[0-9a-z]{4}-?[0-9a-z]{4}$/i.test(code)) return;
    history.replaceState(null, '', location.pathname + location.search);
    const field = document.querySelector('input[name="code"]');
    if (!field) return;
    field.value = code;
    field.form.querySelector('button').focus();
  }
  take();
  addEventListener('hashchange', take);
  // Whoever comes back to this page, on a tablet that many use, finds no code in it.
  addEventListener('pagehide', () => {
    const field = document.querySelector('input[name="code"]');
    if (field) field.value = '';
  });
})();
