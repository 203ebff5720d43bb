// Drafts: <form data-draft="ADDRESS"> is sent there a moment after each change, so
// that a closed window loses nothing. The server keeps it; the browser does not. What is
// not kept yet when the form is sent is kept first: a form that nobody answers is not lost.
'use strict';
(() => {
  const pause = 1500, longest = 30000; // ms
  const patience = 6000; // ms until what is sent is taken not to arrive
  const outlives = 60000; // characters of what a browser sends on when its page is left
  const away = [502, 503, 504]; // nobody was there, or somebody who is busy

  for (const form of document.querySelectorAll('form[data-draft]')) keep(form);

  function keep(form) {
    const state = form.querySelector('[data-draft-state]'), says = state?.dataset ?? {};
    let timer, sent, saving, delay = pause, changed = false, unheard = false, holding = false, passing = false, leaving = false;

    function later(ms) {
      clearTimeout(timer);
      timer = setTimeout(save, ms);
    }

    function tell(text, failed) {
      if (!state) return;
      const time = new Date().toLocaleTimeString(document.documentElement.lang, {hour: '2-digit', minute: '2-digit'});
      state.textContent = (text ?? '').replace('{time}', time);
      state.classList.toggle('failed', failed);
    }

    // Why an answer does not keep what was typed.
    function refusal(answer) {
      if (answer.type === 'opaqueredirect') return says.signedOut; // to the sign-in page
      if (answer.status === 422) return says.full ?? says.failed; // too many drafts, or too much in this one
      if (answer.status === 404 || answer.status === 409) return says.gone;
      return says.failed;
    }

    async function ask() {
      changed = false;
      sent = new AbortController();
      let why = says.failed;
      unheard = true;
      try {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.dataset.draft, {
          method: 'POST',
          body,
          keepalive: body.toString().length < outlives,
          signal: sent.signal,
          redirect: 'manual',
        });
        unheard = away.includes(answer.status);
        why = refusal(answer);
        if (!answer.ok) throw new Error(answer.statusText);
        delay = pause;
        const apart = answer.status === 201 && says.apart; // another window was there first
        tell(apart || says.saved, false);
      } catch {
        changed = true;
        delay = Math.min(delay * 2, longest);
        if (!leaving) tell(why, true);
      }
      saving = undefined;
      if (changed && !leaving) later(delay);
    }

    function save() {
      clearTimeout(timer);
      if (saving || leaving || !changed) return saving;
      return saving = ask();
    }

    // Keeps what is typed, and sends the form only when somebody has answered.
    async function hold(button) {
      let over = false;
      const end = setTimeout(() => {
        over = true;
        sent?.abort();
      }, patience);
      holding = true;
      tell(says.sending, false);
      await saving;
      if (changed && !over) await save();
      clearTimeout(end);
      holding = false;
      if (unheard) return tell(says.unsent, true);
      passing = true;
      form.requestSubmit(button?.form === form ? button : undefined);
      passing = false;
    }

    function touched() {
      changed = true;
      later(delay);
    }

    form.addEventListener('input', touched);
    form.addEventListener('change', touched);
    form.addEventListener('submit', event => {
      if (!passing && !leaving && (holding || saving || changed)) {
        event.preventDefault();
        if (!holding) hold(event.submitter);
        return;
      }
      // A draft that arrives after its form would bring it back.
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
