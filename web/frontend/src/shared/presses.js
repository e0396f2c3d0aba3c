// A press is two moments, down and up: what moves under the finger between them loses it. Whoever would move the page waits.

const LONGEST = 1500; // a list that a press opens may never tell that it was let go

let letGo = () => {};
let pressed = Promise.resolve();

document.addEventListener('pointerdown', () => {
  pressed = new Promise((done) => {
    letGo = done;
    setTimeout(done, LONGEST);
  });
}, true);
for (const kind of ['pointerup', 'pointercancel']) {
  document.addEventListener(kind, () => setTimeout(letGo), true); // after the click that this press becomes
}

// Done at once where nothing is pressed, else when it is let go.
export const released = () => pressed;
