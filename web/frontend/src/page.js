// What every page gains with scripts: the map of keys, menus that close, dates with our own calendar, `@` in questions, long pages opened in place.

import { calendars } from './page/calendar.js';
import { fresh } from './page/fresh.js';
import { keys } from './page/keys.js';
import { mentions } from './page/mentions.js';
import { menus } from './page/menus.js';
import { swapping } from './page/swapping.js';

document.documentElement.classList.add('scripting');
menus();
keys();
calendars();
fresh();
mentions();
swapping();
