// Drafts: <form data-draft="ADDRESS"> is sent there a moment after each change, so
// that a closed window loses nothing. The server keeps it; the browser does not.
'use strict';
(() => {
  const pause = 1500, longest = 30000; // ms
  const outlives = 60000; // characters of what a browser sends on when its page is left

  for (const form of document.querySelectorAll('form[data-draft]')) keep(form);

  function keep(form) {
    const state = form.querySelector('[data-draft-state]');
    let timer, sent, delay = pause, changed = false, sending = false, leaving = false;

    function later(ms) {
      clearTimeout(timer);
      timer = setTimeout(save, ms);
    }

    function tell(text, failed) {
      if (!state) return;
      const time = new Date().toLocaleTimeString(document.documentElement.lang, {hour: '2-digit', minute: '2-digit'});
      state.textContent = text.replace('{time}', time);
      state.classList.toggle('failed', failed);
    }

    async function save() {
      clearTimeout(timer);
      if (sending || leaving || !changed) return;
      sending = true;
      changed = false;
      sent = new AbortController();
      let full = false; // there are too many drafts, or too much in this one
      try {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.dataset.draft, {
          method: 'POST',
          body,
          keepalive: body.toString().length < outlives,
          signal: sent.signal,
          redirect: 'error', // to the sign-in page: nothing was kept
        });
        full = answer.status === 422;
        if (!answer.ok) throw new Error(answer.statusText);
        delay = pause;
        const apart = answer.status === 201 && state?.dataset.apart; // another window was there first
        tell(apart || (state?.dataset.saved ?? ''), false);
      } catch {
        changed = true;
        delay = Math.min(delay * 2, longest);
        tell((full && state?.dataset.full) || (state?.dataset.failed ?? ''), true);
      }
      sending = false;
      if (changed && !leaving) later(delay);
    }

    function touched() {
      changed = true;
      later(delay);
    }

    form.addEventListener('input', touched);
    form.addEventListener('change', touched);
    // A draft that arrives after its form would bring it back.
    form.addEventListener('submit', () => {
      leaving = true;
      clearTimeout(timer);
      sent?.abort();
    });
    addEventListener('pageshow', () => leaving = false);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') save();
    });
    addEventListener('beforeunload', event => {
      if (changed && !leaving && delay > pause) event.preventDefault();
    });
  }
})();
