import ArrowDown from 'lucide/dist/esm/icons/arrow-down.mjs';
import ArrowRight from 'lucide/dist/esm/icons/arrow-right.mjs';
import ArrowUp from 'lucide/dist/esm/icons/arrow-up.mjs';
import Bookmark from 'lucide/dist/esm/icons/bookmark.mjs';
import Calendar from 'lucide/dist/esm/icons/calendar.mjs';
import Check from 'lucide/dist/esm/icons/check.mjs';
import ChevronDown from 'lucide/dist/esm/icons/chevron-down.mjs';
import CircleCheck from 'lucide/dist/esm/icons/circle-check.mjs';
import CircleDashed from 'lucide/dist/esm/icons/circle-dashed.mjs';
import CircleMinus from 'lucide/dist/esm/icons/circle-minus.mjs';
import CirclePause from 'lucide/dist/esm/icons/circle-pause.mjs';
import CirclePlay from 'lucide/dist/esm/icons/circle-play.mjs';
import CircleQuestionMark from 'lucide/dist/esm/icons/circle-question-mark.mjs';
import CircleX from 'lucide/dist/esm/icons/circle-x.mjs';
import Clock from 'lucide/dist/esm/icons/clock.mjs';
import Columns3 from 'lucide/dist/esm/icons/columns-3.mjs';
import Copy from 'lucide/dist/esm/icons/copy.mjs';
import Database from 'lucide/dist/esm/icons/database.mjs';
import Download from 'lucide/dist/esm/icons/download.mjs';
import FileText from 'lucide/dist/esm/icons/file-text.mjs';
import FlaskConical from 'lucide/dist/esm/icons/flask-conical.mjs';
import Funnel from 'lucide/dist/esm/icons/funnel.mjs';
import House from 'lucide/dist/esm/icons/house.mjs';
import Info from 'lucide/dist/esm/icons/info.mjs';
import KeyRound from 'lucide/dist/esm/icons/key-round.mjs';
import Minus from 'lucide/dist/esm/icons/minus.mjs';
import OctagonAlert from 'lucide/dist/esm/icons/octagon-alert.mjs';
import Package from 'lucide/dist/esm/icons/package.mjs';
import Pencil from 'lucide/dist/esm/icons/pencil.mjs';
import Plus from 'lucide/dist/esm/icons/plus.mjs';
import RotateCw from 'lucide/dist/esm/icons/rotate-cw.mjs';
import ScrollText from 'lucide/dist/esm/icons/scroll-text.mjs';
import Search from 'lucide/dist/esm/icons/search.mjs';
import Sheet from 'lucide/dist/esm/icons/sheet.mjs';
import SlidersHorizontal from 'lucide/dist/esm/icons/sliders-horizontal.mjs';
import TriangleAlert from 'lucide/dist/esm/icons/triangle-alert.mjs';
import Truck from 'lucide/dist/esm/icons/truck.mjs';
import Undo2 from 'lucide/dist/esm/icons/undo-2.mjs';
import Upload from 'lucide/dist/esm/icons/upload.mjs';
import Warehouse from 'lucide/dist/esm/icons/warehouse.mjs';
import X from 'lucide/dist/esm/icons/x.mjs';

/** The drawings by the name under which components ask for them. */
export const ICONS = {
  add: Plus,
  after: ArrowRight,
  bookmark: Bookmark,
  calendar: Calendar,
  check: Check,
  clock: Clock,
  close: X,
  columns: Columns3,
  copy: Copy,
  cross: CircleX,
  cylinder: Database,
  dash: CircleMinus,
  dashed: CircleDashed,
  datev: Sheet,
  demo: FlaskConical,
  down: ArrowDown,
  download: Download,
  edit: Pencil,
  filter: Funnel,
  home: House,
  info: Info,
  invoices: FileText,
  jobs: Clock,
  key: KeyRound,
  kontor: Warehouse,
  minus: Minus,
  octagon: OctagonAlert,
  open: ChevronDown,
  orders: ScrollText,
  pause: CirclePause,
  play: CirclePlay,
  question: CircleQuestionMark,
  refresh: RotateCw,
  search: Search,
  settings: SlidersHorizontal,
  stock: Package,
  tick: CircleCheck,
  triangle: TriangleAlert,
  undo: Undo2,
  up: ArrowUp,
  upload: Upload,
  van: Truck,
} as const;

export type IconName = keyof typeof ICONS;
