import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const KAFKA_VERSION = '4.3.0';
const OLDEST_JAVA = 17;

/** How an Apache Kafka broker can be had on this machine, or why it cannot. */
export type KafkaAvailability =
  | { readonly available: true; readonly how: 'brokers' | 'artifacts' | 'compose'; readonly why: string }
  | { readonly available: false; readonly how: 'none'; readonly why: string };

/** Java on this machine: `JAVA_HOME`, else the search path. */
const java = (): string => (process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java');

/** Outside the work tree, shared by all of them. */
function cacheFolder(): string {
  const base =
    process.env.BALLAST_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'ballast');
  return path.join(base, `kafka-${KAFKA_VERSION}`);
}

async function javaVersion(): Promise<number | undefined> {
  try {
    const { stderr } = await run(java(), ['-version']);
    return Number(/version "(\d+)/.exec(stderr)?.[1]);
  } catch {
    return undefined;
  }
}

const works = (command: string, ...args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );

const isInstalled = (): Promise<boolean> =>
  fs.access(cacheFolder()).then(
    () => true,
    () => false,
  );

/** Looks for brokers that are running already, then for Java with the Maven artifacts, then for Docker Compose. */
export async function kafkaAvailability(): Promise<KafkaAvailability> {
  if (process.env.KAFKA_BROKERS) {
    return { available: true, how: 'brokers', why: `KAFKA_BROKERS names ${process.env.KAFKA_BROKERS}` };
  }
  const version = await javaVersion();
  const javaMissing =
    version === undefined
      ? `no Java (JAVA_HOME or java on the path; ${OLDEST_JAVA} or newer)`
      : `Java ${version} is too old (${OLDEST_JAVA} or newer is needed)`;
  if (version !== undefined && version >= OLDEST_JAVA) {
    if (await isInstalled())
      return { available: true, how: 'artifacts', why: `Kafka ${KAFKA_VERSION} on Java ${version}` };
    if (await works('mvn', '-v')) {
      return {
        available: true,
        how: 'artifacts',
        why: `Kafka ${KAFKA_VERSION} from Maven artifacts on Java ${version}`,
      };
    }
  }
  if (await works('docker', 'compose', 'version')) {
    return { available: true, how: 'compose', why: 'docker compose' };
  }
  const artifactsMissing =
    version !== undefined && version >= OLDEST_JAVA
      ? `Kafka's jars are not in ${cacheFolder()} and there is no mvn to fetch them`
      : javaMissing;
  return {
    available: false,
    how: 'none',
    why: `KAFKA_BROKERS is not set; ${artifactsMissing}; docker compose does not run`,
  };
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ballast</groupId><artifactId>kafka-installation</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Command line of a Java main class of Kafka, its jars fetched first when they are not there yet. */
export async function kafkaCommand(...javaOptions: readonly string[]): Promise<readonly [string, ...string[]]> {
  if (!(await isInstalled())) await install();
  return [java(), ...javaOptions, '-cp', path.join(cacheFolder(), '*')];
}

async function install(): Promise<void> {
  const folder = cacheFolder();
  await fs.mkdir(path.dirname(folder), { recursive: true });
  // Filled beside its place and moved there whole: two processes may install at the same time, and either may die.
  const scratch = await fs.mkdtemp(`${folder}-`);
  try {
    const pom = path.join(scratch, 'pom.xml');
    await fs.writeFile(pom, POM);
    const jars = path.join(scratch, 'jars');
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`], {
      cwd: scratch,
    });
    await fs.rename(jars, folder).catch(async (error: unknown) => {
      if (!(await isInstalled())) throw error;
    });
  } finally {
    await fs.rm(scratch, { recursive: true, force: true });
  }
}
