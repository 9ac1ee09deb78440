/** Options of commands that start a server, and their help, made from the table of settings. */
import { Option, type Command } from "commander";
import { environmentVariable, SETTING_NAMES, SETTINGS, type SettingFlags, type SettingName } from "../server/settings.js";

const GROUP_HEADINGS = { server: "Server:", limits: "Limits:" } as const;

export function addSettingOptions(command: Command, names: readonly SettingName[] = SETTING_NAMES): Command {
  for (const name of names) {
    const { flag, placeholder, help, default: fallback, group } = SETTINGS[name];
    const description = `${help} (${fallback === null ? "" : `default ${fallback}; `}${environmentVariable(name)})`;
    command.addOption(new Option(`--${flag} <${placeholder}>`, description).helpGroup(GROUP_HEADINGS[group]));
  }
  return command;
}

/** The texts of the flags that were given. */
export function settingFlags(options: Readonly<Record<string, unknown>>): SettingFlags {
  const flags: Partial<Record<SettingName, string>> = {};
  for (const name of SETTING_NAMES) {
    const text = options[optionKey(SETTINGS[name].flag)];
    if (typeof text === "string") flags[name] = text;
  }
  return flags;
}

/** As commander names an option: "site-port" → "sitePort". */
function optionKey(flag: string): string {
  return flag.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
}
