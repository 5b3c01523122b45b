// The button of /cuenta/avisos that lets this browser take push messages. Without this script the page says that it can't.
const box = document.querySelector("[data-push-key]");
const part = (name) => box.querySelector(`[data-push="${name}"]`);
const show = (name) => {
  for (const other of ["offer", "denied", "on", "unable"]) part(other).hidden = other !== name;
};

async function begin() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;
  const known = await navigator.serviceWorker.getRegistration("/");
  const already = known && (await known.pushManager.getSubscription());
  if (Notification.permission === "denied") return show("denied");
  // After somebody signed out here, the browser still has its address and we do not.
  if (already && "pushKnown" in box.dataset && Notification.permission === "granted") return show("on");
  show("offer");
  part("offer").addEventListener("submit", (event) => {
    event.preventDefault();
    subscribe(event.target).catch(() => show("unable"));
  });
}

async function subscribe(form) {
  if ((await Notification.requestPermission()) !== "granted") return show("denied");
  await navigator.serviceWorker.register("/service-worker.js");
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(box.dataset.pushKey),
  });
  const { endpoint, keys } = subscription.toJSON();
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.submit();
}

function bytes(text) {
  const base64 = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64.padEnd(Math.ceil(base64.length / 4) * 4, "=")), (c) => c.charCodeAt(0));
}

begin();
