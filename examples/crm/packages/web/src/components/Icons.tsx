/** The line icons of the app, drawn on a 24-unit grid in the colour of the text around them. */
import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const CloseIcon = () => <Icon><path d="m6 6 12 12M18 6 6 18" /></Icon>;
export const AlertIcon = () => <Icon><circle cx="12" cy="12" r="8.5" /><path d="M12 7.8v5M12 16v.2" /></Icon>;
export const BoardIcon = () => <Icon><path d="M5 5h4v14H5ZM10 5h4v9h-4ZM15 5h4v6h-4Z" /></Icon>;
export const PersonIcon = () => <Icon><circle cx="12" cy="8.2" r="3.6" /><path d="M5 19.5c.7-3.7 3.3-5.5 7-5.5s6.3 1.8 7 5.5" /></Icon>;
export const TaskIcon = () => <Icon><rect x="4.5" y="4.5" width="15" height="15" rx="4" /><path d="m8.5 12.2 2.6 2.6 4.6-5.3" /></Icon>;
export const TeamIcon = () => <Icon><circle cx="9" cy="8.5" r="3.2" /><path d="M3.5 19c.5-3.4 2.6-5 5.5-5s5 1.6 5.5 5M15.5 5.7a3.1 3.1 0 0 1 0 5.7M17.3 14.5c1.9.7 3 2.2 3.3 4.5" /></Icon>;
export const KeyIcon = () => <Icon><circle cx="8" cy="15.5" r="3.8" /><path d="m10.8 12.8 8.2-8.3M16 7.5l2.5 2.5M13.3 10.2l1.8 1.8" /></Icon>;
export const SearchIcon = () => <Icon><circle cx="10.8" cy="10.8" r="6" /><path d="m15.4 15.4 4.1 4.1" /></Icon>;
export const PlusIcon = () => <Icon><path d="M12 5.5v13M5.5 12h13" /></Icon>;
export const BackIcon = () => <Icon><path d="M14.5 5.5 8 12l6.5 6.5" /></Icon>;
export const LeaveIcon = () => <Icon><path d="M14 5H6v14h8M11 12h9M16.5 8.5 20 12l-3.5 3.5" /></Icon>;
export const MailIcon = () => <Icon><rect x="3.5" y="5.5" width="17" height="13" rx="2.5" /><path d="m4.5 7.5 7.5 5.7 7.5-5.7" /></Icon>;
export const PhoneIcon = () => <Icon><path d="M6.5 4.5h3l1.3 4-2 1.6a11 11 0 0 0 5.1 5.1l1.6-2 4 1.3v3c0 1-.8 1.8-1.8 1.7C11 18.7 5.3 13 4.8 6.3 4.7 5.3 5.5 4.5 6.5 4.5Z" /></Icon>;
export const BuildingIcon = () => <Icon><path d="M6 20V5.5h8V20M14 10h4v10M4.5 20h15M9 9h2M9 12.5h2M9 16h2" /></Icon>;
export const BinIcon = () => <Icon><path d="M5 7h14M10 7V4.8h4V7M7 7l.8 12h8.4L17 7M10.3 10.5v5M13.7 10.5v5" /></Icon>;
export const PenIcon = () => <Icon><path d="m5 19 .8-3.8L16.5 4.5l3 3L8.8 18.2ZM14 7l3 3" /></Icon>;
export const CopyIcon = () => <Icon><rect x="8.5" y="8.5" width="11" height="11" rx="2.5" /><path d="M15.5 8.5V6.8a2 2 0 0 0-2-2H6.8a2 2 0 0 0-2 2v6.7a2 2 0 0 0 2 2h1.7" /></Icon>;
export const CheckIcon = () => <Icon><path d="m5.5 12.5 4.3 4.3 8.7-9.6" /></Icon>;
export const RouteIcon = () => <Icon><circle cx="6" cy="17.5" r="2.3" /><circle cx="18" cy="6.5" r="2.3" /><path d="M8.5 17.5H15a3 3 0 0 0 0-5.6H9a2.7 2.7 0 0 1 0-5.4h6.5" /></Icon>;
export const SwapIcon = () => <Icon><path d="m8.5 9 3.5-3.7L15.5 9M8.5 15l3.5 3.7 3.5-3.7" /></Icon>;

export const FerryMark = () => (
  <svg className="ferry-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="9" />
    <path d="M16 6.5v7M16 7.5l6 5.5h-6" />
    <path d="M7 16.5h18l-2.6 5.2H9.6Z" />
    <path d="M7 26c1.5 0 1.5-1 3-1s1.5 1 3 1 1.5-1 3-1 1.5 1 3 1 1.5-1 3-1 1.5 1 3 1" opacity=".6" />
  </svg>
);
