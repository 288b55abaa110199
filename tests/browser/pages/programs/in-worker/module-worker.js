// A worker of an application, as a module.
import { answer } from './steps.js';

onmessage = answer;
