'use strict';
// Puts the invitation of the address's fragment into its field, and takes it out of
// the address bar. Browsers never send a fragment.
(() => {
  const invitation = decodeURIComponent(location.hash.slice(1));
  const field = document.querySelector('input[name=invitation]');
  if (!invitation || !field) return;
  history.replaceState(null, '', location.pathname + location.search);
  field.value = invitation;
  document.querySelector('input[name=password]').focus();
})();
