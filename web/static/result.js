// Who leaves a result by these links does not come back to it by the Back button: the
// next page takes its place.
'use strict';
for (const link of document.querySelectorAll('a[data-done]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
