// A worker of an application, as a classic script.
const steps = import('/programs/in-worker/steps.js');

onmessage = (event) => steps.then(({ answer }) => answer(event));
